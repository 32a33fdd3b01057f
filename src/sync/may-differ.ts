import { dirname } from 'node:path'
import type { FileState } from '../model/file-state.ts'
import { placeOf, type SourceRule } from './source-rule.ts'

export interface Known {
  /** The sources as they are now. */
  files: ReadonlyMap<string, FileState>
  /** What the container's image was built from; undefined where that is not known. */
  base: ReadonlyMap<string, FileState> | undefined
  /** What was written into containers of that image. */
  touched: ReadonlySet<string>
}

export interface MayDiffer {
  files: Set<string>
  /**
   * The others, by their folders: they are as in the image, where a volume does not hide the folder that they are in. One
   * that is not there tells of that.
   */
  folders: string[][]
}

/** Sources that may be others in a container than they are here. */
export function mayDiffer(rules: readonly SourceRule[], { files, base, touched }: Known): MayDiffer {
  const led = (file: string) => rules.some(rule => placeOf(rule, file))
  const found = new Set<string>()
  const same: string[] = []
  for (const [file, state] of files) {
    if (!led(file)) continue
    if (base?.get(file) !== state) found.add(file)
    else if (!touched.has(file)) same.push(file)
  }
  for (const file of base?.keys() ?? []) if (!files.has(file) && led(file)) found.add(file)
  for (const file of touched) if (led(file)) found.add(file)
  return { files: found, folders: [...Map.groupBy(same, file => dirname(file)).values()] }
}

/**
 * Whether what is in a container is what the sources say. Docker and the sources tell of modes in their own ways: of those
 * only counts whether it can be run.
 */
export function isSame(here: FileState | undefined, there: FileState | undefined): boolean {
  if (here === there) return true
  const [kind, mode, digest] = here?.split(' ') ?? []
  const [otherKind, otherMode, otherDigest] = there?.split(' ') ?? []
  if (kind !== 'file' || otherKind !== 'file' || digest !== otherDigest) return false
  return isRunnable(mode) === isRunnable(otherMode)
}

function isRunnable(mode = ''): boolean {
  return (Number.parseInt(mode, 8) & 0o100) !== 0
}
