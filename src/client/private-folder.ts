import { lstatSync, mkdirSync } from 'node:fs'
import { DevkError } from '../base/errors.ts'

/** Sockets stand in a folder that is this user's alone. Throws RUNTIME_FOLDER where others can enter it. */
export function preparePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  isPrivateFolder(folder)
}

/** False where it is not there. Throws RUNTIME_FOLDER: who could put a socket there could read what is sent to it. */
export function isPrivateFolder(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  if (!stats) return false
  if (stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0) return true
  throw new DevkError({
    code: 'RUNTIME_FOLDER',
    message: `${folder} is another user’s or can be entered by others, so devk opens no socket there.`,
    hint: `Remove it, or: chmod 700 ${folder}`,
  })
}
