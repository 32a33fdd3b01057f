import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The folders above the roots: what happens there decides what the roots are, and whether they are there. */
export interface Ways {
  /** Watches what there is of the way to this root, anew. */
  watch(root: string): void
  leadThrough(folder: string): boolean
  /** Whose way leads by this name, or is the name itself in the end; without a name: any. */
  rootsBy(folder: string, name: string | undefined): { root: string; isEnd: boolean }[]
}

export function waysTo(renewWatch: (folder: string) => void): Ways {
  const steps = new Map<string, Step[]>()
  return {
    watch(root) {
      steps.set(root, walkTo(root, renewWatch))
    },
    leadThrough: folder => [...steps.values()].flat().some(step => step.folder === folder),
    rootsBy: (folder, name) =>
      [...steps].flatMap(([root, found]) => {
        const by = found.filter(step => step.folder === folder && (name === undefined || step.name === name))
        return by.length === 0 ? [] : [{ root, isEnd: by.some(({ isEnd }) => isEnd) }]
      }),
  }
}

interface Step {
  folder: string
  name: string
  isEnd: boolean
}

const MOST_LINKS = 40

/** From the top down, around by each link: what comes to be in a folder is heard before it is looked for. */
function walkTo(path: string, renewWatch: (folder: string) => void): Step[] {
  const found: Step[] = []
  const watched = new Set<string>()
  let folder = resolve('/')
  let names = namesOf(path)
  let links = 0
  while (true) {
    const [name, ...rest] = names
    if (name === undefined) return found
    if (!watched.has(folder)) renewWatch(folder)
    watched.add(folder)
    const target = links < MOST_LINKS ? linkAt(join(folder, name)) : undefined
    found.push({ folder, name, isEnd: rest.length === 0 && target === undefined })
    if (target === undefined) {
      folder = join(folder, name)
      names = rest
    } else {
      links++
      names = [...namesOf(resolve(folder, target)), ...rest]
      folder = resolve('/')
    }
  }
}

function namesOf(path: string): string[] {
  return dirname(path) === path ? [] : path.split('/').filter(Boolean)
}

function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}
