import type { BigIntStats } from 'node:fs'

/** What tells that a file was written to, or is another one. */
export function stamp({ size, mtimeNs, ctimeNs, ino, mode }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino} ${mode}`
}

const TICK_MS = 2_000

/** Whether it may have been written again since it was looked at without a sign: a file system's clock ticks slowly. */
export function isFresh({ mtimeNs, ctimeNs }: BigIntStats, looked: number): boolean {
  return looked - Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n) < TICK_MS
}
