import type { BigIntStats } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isFresh, stamp } from '../../base/file-stamp.ts'
import { writeFileAtomic } from '../../base/write-file.ts'

/** Remembers what a file's bytes hash to, as long as nothing about the file says that it was written since. */
export interface StatCache {
  /** Takes over what was saved. A file that is not there, or is broken, is an empty cache. */
  load: () => Promise<void>
  /** Writes where there is something new to write. */
  save: () => Promise<void>
  digest: (path: string, stats: BigIntStats) => string | undefined
  /**
   * `stats` are from before the bytes were read, `looked` is when they were taken. What was written just before that is
   * not remembered: it may be written again without a sign, since a file system's clock ticks slowly.
   */
  remember: (path: string, stats: BigIntStats, digest: string, looked: number) => void
}

const VERSION = 1
const KEPT_DAYS = 30

/** What it was of, what it was, and the day on which it was last of use. */
type Entry = [stamp: string, digest: string, day: number]

/** Without a file it lasts as long as the process. */
export function statCache(file?: string): StatCache {
  const entries = new Map<string, Entry>()
  let changed = false
  return {
    load: async () => {
      if (file === undefined) return
      for (const [path, entry] of await readEntries(file)) if (!entries.has(path)) entries.set(path, entry)
    },
    save: async () => {
      if (file === undefined || !changed) return
      changed = false
      const fresh = [...entries].filter(([, [, , day]]) => today() - day <= KEPT_DAYS)
      await writeFileAtomic(file, JSON.stringify({ version: VERSION, files: Object.fromEntries(fresh) }))
    },
    digest: (path, stats) => {
      const entry = entries.get(path)
      if (entry?.[0] !== stamp(stats)) return undefined
      if (entry[2] !== today()) {
        entry[2] = today()
        changed = true
      }
      return entry[1]
    },
    remember: (path, stats, digest, looked) => {
      if (isFresh(stats, looked)) {
        changed = entries.delete(path) || changed
        return
      }
      entries.set(path, [stamp(stats), digest, today()])
      changed = true
    },
  }
}

function today(): number {
  return Math.floor(Date.now() / 86_400_000)
}

async function readEntries(file: string): Promise<[string, Entry][]> {
  try {
    const saved: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (!isObject(saved) || saved['version'] !== VERSION || !isObject(saved['files'])) return []
    return Object.entries(saved['files']).filter((pair): pair is [string, Entry] => isEntry(pair[1]))
  } catch {
    // Nothing in it can't be found out again.
    return []
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value)) return false
  const [stamp, digest, day] = value
  return typeof stamp === 'string' && /^[0-9a-f]{64}$/.test(String(digest)) && typeof day === 'number'
}
