import { realpathSync } from 'node:fs'
import { basename, dirname } from 'node:path'

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
      const real = realPath(root)
      const found = stepsTo(root)
      // A link's own way tells where it leads, and the other one what is there.
      if (real !== undefined && real !== root) found.push(...stepsTo(real))
      steps.set(root, found)
      // From the top down: what comes to be in a folder is heard before it is looked for.
      for (const folder of new Set(found.map(step => step.folder))) renewWatch(folder)
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

function stepsTo(path: string, isEnd = true): Step[] {
  const folder = dirname(path)
  return folder === path ? [] : [...stepsTo(folder, false), { folder, name: basename(path), isEnd }]
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
