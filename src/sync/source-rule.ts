import { basename, dirname, isAbsolute, relative, sep } from 'node:path'
import type { Place, SyncRule } from '../model/sync.ts'

/** A rule with what it leaves out of its sources. */
export interface SourceRule extends SyncRule {
  /** By the path from `from` on, with slashes. */
  leavesOut(path: string, isFolder: boolean): boolean
}

/** Where a file of this machine is in a container; undefined where the rule does not lead it there. */
export function placeOf(rule: SourceRule, file: string): Place | undefined {
  if (rule.isFile) {
    return file === rule.from ? { to: dirname(rule.to), path: basename(rule.to) } : undefined
  }
  const path = within(rule.from, file)
  return path && !rule.leavesOut(path, false) ? { to: rule.to, path } : undefined
}

/** All places that the rules lead a file to. */
export function placesOf(rules: readonly SourceRule[], file: string): Place[] {
  return rules.flatMap(rule => placeOf(rule, file) ?? [])
}

/** The path from a folder on, with slashes; undefined where it is not below. */
export function within(folder: string, file: string): string | undefined {
  const path = relative(folder, file)
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined
  return sep === '/' ? path : path.replaceAll(sep, '/')
}
