import {
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DevkError, errorCode } from '../base/errors.ts'

// All at once, not by promises: it is wiped while the process ends.

/** A new folder that no other user enters, in memory. Throws SECRETS_NO_MEMORY_FOLDER where the machine has none. */
export function makePrivateFolder(): string {
  const troubles: string[] = []
  for (const place of [process.env['XDG_RUNTIME_DIR'], '/dev/shm']) {
    if (!place) continue
    const trouble = troubleWith(place)
    if (trouble !== undefined) troubles.push(`${place}: ${trouble}`)
    else {
      wipeLeftOver(place)
      return mkdtempSync(join(place, `${PREFIX}${process.pid}-`))
    }
  }
  throw new DevkError({
    code: 'SECRETS_NO_MEMORY_FOLDER',
    message:
      'There is no folder in memory (tmpfs) for the plaintext to be edited in, and devk puts none on a disk.',
    hint: 'Mount a tmpfs and name it by XDG_RUNTIME_DIR, or change one value: devk secrets set FILE KEY.',
    ...(troubles.length > 0 && { detail: troubles.join('\n') }),
  })
}

const PREFIX = 'devk-edit-'
const TMPFS = 0x01021994
const RAMFS = 0x858458f6

function troubleWith(place: string): string | undefined {
  try {
    const { type } = statfsSync(place)
    if (type !== TMPFS && type !== RAMFS) return 'it is on a disk'
    const leftOver = mkdtempSync(join(place, `${PREFIX}probe-`))
    rmSync(leftOver, { recursive: true })
    return undefined
  } catch (error) {
    return `it can't be used (${errorCode(error) ?? 'unknown'})`
  }
}

/** Of editing that was killed before it could wipe its own. */
function wipeLeftOver(place: string): void {
  for (const name of readdirSync(place)) {
    const owner = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1])
    const folder = join(place, name)
    const stats = lstatSync(folder, { throwIfNoEntry: false })
    if (owner > 0 && stats?.isDirectory() && stats.uid === process.getuid?.() && !isAlive(owner)) wipe(folder)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** Overwrites what is in a folder and removes it. */
export function wipe(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isFile()) overwrite(path, stats.size)
  }
  rmSync(folder, { recursive: true, force: true })
}

function overwrite(path: string, size: number): void {
  try {
    const file = openSync(path, 'r+')
    try {
      writeSync(file, Buffer.alloc(size))
    } finally {
      closeSync(file)
    }
  } catch {
    // It is removed all the same.
  }
}
