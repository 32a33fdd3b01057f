import { readFileSync } from 'node:fs'
import { errorCode } from '../base/errors.ts'

/** Why the system does not tell of changes, with the command that mends it where there is one. */
export function watchTrouble(
  error: unknown,
  valueOfLimit: (limit: string) => number | undefined = limitOf,
): string {
  const limit = LIMITS[errorCode(error) ?? '']
  if (!limit) return `The system does not tell of changed files (${messageOf(error)}): ${POLLING}`
  const value = valueOfLimit(limit.name)
  const enough = Math.max(limit.enough, (value ?? 0) * 2)
  const size = value === undefined ? '' : ` of ${value}`
  return (
    `The system tells of no more changed files: the limit fs.inotify.${limit.name}${size} is used up. ${POLLING} ` +
    `To raise it: sudo sysctl fs.inotify.${limit.name}=${enough}`
  )
}

const POLLING = 'Devk looks for changes every second instead.'

const LIMITS: Record<string, { name: string; enough: number }> = {
  ENOSPC: { name: 'max_user_watches', enough: 524_288 },
  EMFILE: { name: 'max_user_instances', enough: 1_024 },
}

function limitOf(name: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'))
  } catch {
    return undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
