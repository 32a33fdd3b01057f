import { createHash, hash } from 'node:crypto'
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { stamp } from '../base/file-stamp.ts'

/** What a file's bytes hash to, as long as nothing about the file says that it was written since. */
export interface DigestCache {
  digest(path: string, stats: BigIntStats): string | undefined
  remember(path: string, stats: BigIntStats, digest: string, looked: number): void
}

/** Up to here the loop is held for less time than a read in another thread costs it. */
const READ_NOW = 256n * 1024n
const room = Buffer.allocUnsafe(Number(READ_NOW))
const READ_WHOLE = 4n * 1024n * 1024n
/** Where a pipe has taken the file's place, opening it must not wait for whoever writes to it. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

/** What the file hashes to; undefined where it is not what `stats` were of any more, by the time that it was read. */
export async function digestOf(path: string, stats: BigIntStats): Promise<string | undefined> {
  if (stats.size <= READ_NOW) return digestNow(path, stats)
  await using file = await open(path, FLAGS)
  if (!isSame(await file.stat({ bigint: true }), stats)) return undefined
  let digest: string
  if (stats.size <= READ_WHOLE) digest = hash('sha256', await file.readFile())
  else {
    const hashing = createHash('sha256')
    await pipeline(file.createReadStream({ autoClose: false }), hashing)
    digest = hashing.digest('hex')
  }
  return isSame(await file.stat({ bigint: true }), stats) ? digest : undefined
}

function digestNow(path: string, stats: BigIntStats): string | undefined {
  const file = openSync(path, FLAGS)
  try {
    let size = 0
    // Never past its end: something endless may be there by now.
    for (let read = -1; read !== 0; size += read) read = readSync(file, room, size, room.length - size, null)
    const digest = hash('sha256', room.subarray(0, size))
    return isSame(fstatSync(file, { bigint: true }), stats) ? digest : undefined
  } finally {
    closeSync(file)
  }
}

function isSame(now: BigIntStats, then: BigIntStats): boolean {
  return stamp(now) === stamp(then)
}
