import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DevkError, errorCode } from '../../base/errors.ts'
import { run } from '../../exec/run.ts'

export interface FilesBelow {
  names: string[]
  /** Others get to see them. */
  tracked: boolean
}

/** The files below a folder: those that git tracks, or all where there is no git. */
export async function filesBelow(folder: string, signal: AbortSignal): Promise<FilesBelow> {
  const tracked = await trackedFiles(folder, signal)
  const names = tracked ?? (await allFiles(folder, '', signal))
  const regular = await Promise.all(names.map(name => isFile(join(folder, name))))
  return { names: names.filter((_, index) => regular[index]).toSorted(), tracked: tracked !== undefined }
}

const NO_REPOSITORY = 128

async function trackedFiles(folder: string, signal: AbortSignal): Promise<string[] | undefined> {
  try {
    const { exitCode, stdout } = await run(
      { file: 'git', args: ['ls-files', '-z'], cwd: folder },
      { signal, accept: [NO_REPOSITORY] },
    )
    return exitCode === 0 ? [...new Set(stdout.split('\0').filter(Boolean))] : undefined
  } catch (error) {
    if (error instanceof DevkError && error.code === 'COMMAND_MISSING') return undefined
    throw error
  }
}

const NEVER = ['.git', 'node_modules']

async function allFiles(folder: string, below: string, signal: AbortSignal): Promise<string[]> {
  signal.throwIfAborted()
  const entries = await readdir(join(folder, below), { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async entry => {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (!entry.isDirectory()) return [name]
      return NEVER.includes(entry.name) ? [] : await allFiles(folder, name, signal)
    }),
  )
  return found.flat()
}

/** Links lead to what is checked itself, or to what isn't the project's. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile()
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false
    throw error
  }
}
