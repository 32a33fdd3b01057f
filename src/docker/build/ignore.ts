import { type Dialect, type IgnorePattern, ignorePattern } from './ignore-pattern.ts'

/** Which paths of a context are left out of it, as Docker's client decides it on its walk from the root down. */
export interface IgnoreRules {
  /** Of a path whose folder was judged before; nothing was judged before for what is in the root. */
  judge: (path: string, folder?: Judgement) => Judgement
  /** Whether something in this ignored folder may be sent all the same. */
  mayHoldException: (folder: string) => boolean
  /** Whether an ignored folder that may hold an exception is sent itself, whatever is found in it. */
  sendsIgnoredFolders: boolean
}

export interface Judgement {
  ignored: boolean
  /** By pattern: whether it holds for the path or for a folder above it. */
  matched: readonly boolean[]
}

/** From the lines of an ignore file, as `ignoreLines` gives them; those that Docker refuses are left out. */
export function ignoreRules(lines: readonly string[], dialect: Dialect): IgnoreRules {
  const patterns = lines.flatMap(line => ignorePattern(line, dialect) ?? [])
  return dialect === 'classic' ? classicRules(patterns) : buildxRules(patterns)
}

/** Whether the two dialects may differ: they agree on what people usually write. */
export function needsDialect(lines: readonly string[]): boolean {
  return lines.some(line => line.startsWith('!') || /[+()|{}^]|\*\*[^/]/.test(line))
}

function buildxRules(patterns: readonly IgnorePattern[]): IgnoreRules {
  const exceptions = patterns.filter(({ exception }) => exception)
  return {
    judge: (path, folder) => {
      let ignored = false
      const matched = patterns.map((pattern, index) => {
        const above = folder?.matched[index] ?? false
        // What would change nothing is not looked at: it counts as no match for what is below, too.
        const match = above || (pattern.exception === ignored && pattern.matches(path))
        if (match) ignored = !pattern.exception
        return match
      })
      return { ignored, matched }
    },
    mayHoldException: folder => exceptions.some(({ text }) => reachesInto(text, folder)),
    sendsIgnoredFolders: false,
  }
}

/** Whether a pattern could name a path in the folder: part by part, with doubt counting as yes. */
function reachesInto(pattern: string, folder: string): boolean {
  const parts = pattern.split('/')
  const names = folder.split('/')
  for (const [index, name] of names.entries()) {
    const part = parts[index]
    if (part === undefined) return false
    if (/\*\*|[[\\]/.test(part)) return true
    if (!ignorePattern(part, 'buildx')?.matches(name)) return false
  }
  return parts.length > names.length
}

function classicRules(patterns: readonly IgnorePattern[]): IgnoreRules {
  const exceptions = patterns.filter(({ exception }) => exception)
  const depths = patterns.map(({ text }) => text.split('/').length)
  return {
    judge: path => {
      const parts = path.split('/')
      const matched = patterns.map((pattern, index) => {
        if (pattern.matches(path)) return true
        // Of the folders above, only the one as deep as the pattern itself counts.
        const depth = depths[index] ?? 0
        return depth < parts.length && pattern.matches(parts.slice(0, depth).join('/'))
      })
      const last = matched.lastIndexOf(true)
      return { ignored: last >= 0 && !patterns[last]?.exception, matched }
    },
    mayHoldException: folder => exceptions.some(({ text }) => `${text}/`.startsWith(`${folder}/`)),
    sendsIgnoredFolders: true,
  }
}
