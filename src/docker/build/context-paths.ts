import { type BigIntStats, type Dirent, lstatSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DevkError, errorCode } from '../../base/errors.ts'
import type { IgnoreRules, Judgement } from './ignore.ts'

/** One thing that Docker would send, by its path in the context with slashes. */
export interface ContextPath {
  path: string
  stats: BigIntStats
  /** Of a folder: nothing that is in it is sent. */
  empty: boolean
}

/**
 * What Docker would send of a context and put into an image; links are not followed. What is ignored as a whole is not
 * even looked into, and what vanishes meanwhile was never there.
 * Throws NAME_NOT_UTF8, and what the file system says of a folder that can't be read.
 */
export async function contextPaths(
  context: string,
  rules: IgnoreRules,
  signal: AbortSignal,
): Promise<ContextPath[]> {
  return await pathsIn('')

  async function pathsIn(folder: string, above?: Judgement): Promise<ContextPath[]> {
    signal.throwIfAborted()
    const entries = await list(join(context, folder))
    const found = entries.map(entry => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      const judgement = rules.judge(path, above)
      if (entry.isDirectory()) return folderWithPaths(path, judgement)
      return judgement.ignored ? [] : look(path)
    })
    return (await Promise.all(found)).flat()
  }

  async function folderWithPaths(path: string, judgement: Judgement): Promise<ContextPath[]> {
    if (judgement.ignored && !rules.mayHoldException(path)) return []
    const inside = await pathsIn(path, judgement)
    const sent = inside.length > 0 || !judgement.ignored || rules.sendsIgnoredFolders
    return sent ? [...look(path, inside.length === 0), ...inside] : []
  }

  function look(path: string, empty = false): ContextPath[] {
    // A few microseconds each; as a promise, each would cost ten times that.
    const stats = lstatSync(join(context, path), { bigint: true, throwIfNoEntry: false })
    if (stats) return stats.isFIFO() ? [] : [{ path, stats, empty }]
    if (path.includes('\uFFFD')) throw unreadableName(context, path)
    return []
  }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return []
    throw error
  }
}

/** It can't be asked for by the name that was read, and Docker since 23 can't send it. */
function unreadableName(context: string, path: string): DevkError {
  return new DevkError({
    code: 'NAME_NOT_UTF8',
    message: `In the build context ${context}, the name ${path} is not UTF-8. Nothing was built.`,
    hint: 'Rename it, or let .dockerignore leave out the folder that it is in.',
  })
}
