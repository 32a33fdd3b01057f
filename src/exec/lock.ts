import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../base/errors.ts'
import { sleep } from '../base/time.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts'

export interface LockHolder extends ProcessIdentity {
  /** What the holder is doing, for whoever waits: `creating cluster shop`. */
  purpose: string
}

/**
 * Runs the work while no other process holds the lock. A holder that was killed holds nothing.
 * Waits until the holder is done or the signal aborts; `onWait` is told once for whom.
 */
export async function withLock<T>(
  path: string,
  options: { purpose: string; signal?: AbortSignal; onWait?: (holder: LockHolder) => void },
  work: () => Promise<T>,
): Promise<T> {
  await acquire(path, options)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(
  path: string,
  {
    purpose,
    signal,
    onWait,
  }: { purpose: string; signal?: AbortSignal; onWait?: (holder: LockHolder) => void },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  let told = false
  while (!(await take(path, purpose))) {
    signal?.throwIfAborted()
    const holder = await readHolder(path)
    if (holder === undefined || !(await isAlive(holder))) {
      await dropStale(path, holder)
      continue
    }
    if (!told) onWait?.(holder)
    told = true
    await sleep(100, signal)
  }
}

/** A link appears whole or not at all: no reader ever sees a lock without its holder. */
async function take(path: string, purpose: string): Promise<boolean> {
  const self = await identify(process.pid)
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, JSON.stringify({ ...self, purpose }), { mode: 0o600 })
    await link(draft, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error instanceof Error ? Object.assign(error, { path }) : error
  } finally {
    await rm(draft, { force: true })
  }
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockHolder
  } catch {
    return undefined
  }
}

/** Two that find the same dead holder must not remove the lock that one of them takes next. */
async function dropStale(path: string, seen: LockHolder | undefined): Promise<void> {
  const claim = `${path}.stale`
  try {
    await link(path, claim)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return
    if (code !== 'EEXIST') throw error
    await dropOldClaim(claim)
    return
  }
  const now = await readHolder(claim)
  if (now?.pid === seen?.pid && now?.started === seen?.started) await rm(path, { force: true })
  await rm(claim, { force: true })
}

/** A claim lasts a moment; one that lasts longer is that of a process that was killed over it. */
async function dropOldClaim(claim: string): Promise<void> {
  const claimed = await stat(claim).catch(() => undefined)
  if (claimed && Date.now() - claimed.ctimeMs > CLAIM_MS) await rm(claim, { force: true })
  else await sleep(20)
}

const CLAIM_MS = 5_000
