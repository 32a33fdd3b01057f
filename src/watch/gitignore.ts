import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ignore, { type Ignore } from 'ignore'

/** What the .gitignore files say of what is in a folder. */
export interface Gitignore {
  /** Of a path below the folder, with slashes; what is in a folder that is left out is left out. What is git's own is, too. */
  leavesOut(path: string, isFolder: boolean): boolean
  /** The .gitignore files, be they there or not, of the folders above up to the repository's root. */
  readonly above: readonly string[]
  /** From now on the files say what they say then: one of them has changed. */
  reread(): void
}

type Rules = { ignored: Ignore | undefined }

/**
 * From the folder with .git, or else the folder itself, all the way down: each file is read when something beside it is asked
 * for first. A folder that is ignored itself was meant all the same: only the files in it count then.
 */
export function gitignore(folder: string): Gitignore {
  const top = repositoryOf(folder) ?? folder
  let rulesOf = new Map<string, Rules>()
  let begin: string | undefined

  function leavesOut(path: string, isFolder: boolean): boolean {
    if (path.split('/').includes('.git')) return true
    begin ??= isIgnoredIn(top, folder, true) ? folder : top
    return isIgnoredIn(begin, join(folder, path), isFolder)
  }

  function isIgnoredIn(base: string, path: string, isFolder: boolean): boolean {
    const below = relative(base, path)
    if (below === '') return false
    return rulesIn(base, dirname(path)).ignored?.ignores(isFolder ? `${below}/` : below) ?? false
  }

  /** Those above and its own, told by paths from the base on: the last one that fits decides. */
  function rulesIn(base: string, inside: string): Rules {
    const key = `${base}\0${inside}`
    const known = rulesOf.get(key)
    if (known) return known
    const above = inside === base ? undefined : rulesIn(base, dirname(inside)).ignored
    const own = readLines(join(inside, FILE)).map(line => rebased(line, relative(base, inside)))
    const rules =
      own.length === 0
        ? { ignored: above }
        : {
            ignored: ignorer()
              .add(above ? [above] : [])
              .add(own),
          }
    rulesOf.set(key, rules)
    return rules
  }

  return {
    leavesOut,
    above: foldersAbove(folder, top).map(above => join(above, FILE)),
    reread() {
      rulesOf = new Map()
      begin = undefined
    },
  }
}

/** What a list of patterns leaves out, as lines of a .gitignore in the root. */
export function ignorePatterns(patterns: readonly string[]): (path: string, isFolder: boolean) => boolean {
  const ignored = ignorer().add(patterns)
  return (path, isFolder) => ignored.ignores(isFolder ? `${path}/` : path)
}

const FILE = '.gitignore'

function ignorer(): Ignore {
  return ignore({ ignorecase: false })
}

/** A line of a folder's .gitignore as it would stand in the one of the folder above it, `below` from there. */
function rebased(line: string, below: string): string {
  if (below === '' || line.trim() === '' || line.startsWith('#')) return line
  const [sign, pattern] = line.startsWith('!') ? ['!', line.slice(1)] : ['', line]
  const folder = below.replace(/[\\*?[\]]/g, '\\$&')
  const isAnchored = /\/[^/]/.test(pattern.trimEnd())
  return `${sign}/${folder}/${isAnchored ? '' : '**/'}${pattern.replace(/^\//, '')}`
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
  } catch {
    return []
  }
}

function repositoryOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder
  const above = dirname(folder)
  return above === folder ? undefined : repositoryOf(above)
}

function foldersAbove(folder: string, top: string): string[] {
  return folder === top ? [] : [...foldersAbove(dirname(folder), top), dirname(folder)]
}
