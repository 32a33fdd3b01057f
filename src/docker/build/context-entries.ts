import { createHash, hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { errorCode } from '../../base/errors.ts'
import { fileState, linkState, modeText } from '../../model/file-state.ts'
import { type ContextPath, contextPaths } from './context-paths.ts'
import type { IgnoreRules } from './ignore.ts'
import type { StatCache } from './stat-cache.ts'

export interface ContextReading {
  rules: IgnoreRules
  cache: StatCache
  signal: AbortSignal
}

/**
 * Each path that Docker would send, as `./path`, with what of it ends up in an image: `file 644 DIGEST`, `link TARGET`,
 * `folder 755`. A folder is told of only where what is in it does not tell of it already.
 */
export async function contextEntries(
  context: string,
  { rules, cache, signal }: ContextReading,
): Promise<[label: string, value: string][]> {
  const looked = Date.now()
  const entries: [string, string][] = []
  const unread: ContextPath[] = []
  for (const found of await contextPaths(context, rules, signal)) {
    const value = valueUnread(found, cache.digest(join(context, found.path), found.stats))
    if (value === undefined) unread.push(found)
    else if (value !== UNTOLD) entries.push([`./${found.path}`, value])
  }
  const queue = unread.values()
  const read = async (): Promise<void> => {
    for (const { path, stats } of queue) {
      signal.throwIfAborted()
      const file = join(context, path)
      const value = await unlessGone(async () => {
        if (stats.isSymbolicLink()) return linkState(await readlink(file))
        const digest = await digestOf(file, stats.size)
        cache.remember(file, stats, digest, looked)
        return fileState(stats.mode, digest)
      })
      if (value !== undefined) entries.push([`./${path}`, value])
    }
  }
  await Promise.all(Array.from({ length: Math.min(READERS, unread.length) }, read))
  return entries
}

const READERS = 16
const UNTOLD = ''

function valueUnread({ stats, empty }: ContextPath, digest: string | undefined): string | undefined {
  if (stats.isFile()) return digest && fileState(stats.mode, digest)
  if (stats.isSymbolicLink()) return undefined
  const mode = modeText(stats.mode)
  if (stats.isDirectory()) return empty || mode !== '755' ? `folder ${mode}` : UNTOLD
  // Of sockets and devices Docker makes empty files.
  return fileState(stats.mode, hash('sha256', ''))
}

const READ_WHOLE = 4n * 1024n * 1024n

async function digestOf(file: string, size: bigint): Promise<string> {
  if (size <= READ_WHOLE) return hash('sha256', await readFile(file))
  const digest = createHash('sha256')
  await pipeline(createReadStream(file), digest)
  return digest.digest('hex')
}

async function unlessGone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
