import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { DevkError } from '../base/errors.ts'
import { sleep } from '../base/time.ts'
import { type Early, listenEarly } from './early.ts'
import type { Target, Targets } from './target.ts'

export interface CarryOptions {
  /** How long a connection is held while nobody takes it. */
  patienceMs: number
  signal: AbortSignal
  /** Of those that take connections, the one whose turn it is. */
  choose: (ready: readonly Target[]) => Target | undefined
  /** Told who has it; the function that is returned is called when it is over. */
  onTaken: (target: Target) => () => void
}

const AGAIN_MS = 100
const MOST_REPEATS = 3

/**
 *   held ──► dialing ──► taken ──► over
 *    ▲          │
 *    └──────────┘ nobody there took it: the next one, or the same again
 *
 * Carries a local connection to whoever is ready to take it, and holds it until somebody is. What the client says before
 * anybody answered is kept, so that it can be said again to another one: where nobody heard it, or where it is an HTTP
 * request that only asks and was cut before the answer, as any HTTP proxy may. Resolves when the connection is over, `false`
 * where nobody took it in time: it is closed by a reset then, as any refusal is. Never rejects.
 */
export async function carry(local: Socket, targets: Targets, options: CarryOptions): Promise<boolean> {
  const gone = new AbortController()
  local.on('error', () => {}).once('close', () => gone.abort())
  const limit = AbortSignal.timeout(options.patienceMs)
  const signal = AbortSignal.any([options.signal, gone.signal, limit])
  const early = listenEarly(local)
  const failed = new Set<string>()
  let repeats = 0
  const mayRepeat = () => early.isHarmless() && repeats++ < MOST_REPEATS
  while (!signal.aborted) {
    try {
      const target = await nextTarget(targets, failed, options.choose, signal)
      const over = options.onTaken(target)
      try {
        failed.add(target.name)
        if (await join(local, await target.dial(signal), early, mayRepeat)) return true
      } finally {
        over()
      }
    } catch {
      // Whoever was dialled is just going, or coming: the next look tells.
    }
    await sleep(AGAIN_MS, signal).catch(() => {})
  }
  early.stop()
  if (gone.signal.aborted) return true
  local.resetAndDestroy()
  return false
}

/** Who failed this connection before is asked again only where all did. */
async function nextTarget(
  targets: Targets,
  failed: Set<string>,
  choose: CarryOptions['choose'],
  signal: AbortSignal,
): Promise<Target> {
  while (true) {
    const ready = targets.ready()
    if (ready.every(({ name }) => failed.has(name))) failed.clear()
    const target = choose(ready.filter(({ name }) => !failed.has(name)))
    if (target) return target
    await targets.changed(signal)
  }
}

/** False where it must be said again: the client's side is as it was then. */
function join(local: Socket, far: Duplex, early: Early, mayRepeat: () => boolean): Promise<boolean> {
  if (local.destroyed) {
    far.destroy()
    return Promise.resolve(true)
  }
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let taken = false
  let withdrawn = false
  const withdraw = () => {
    withdrawn = true
    sent.withdraw()
    local.off('close', leave)
    far.destroy()
    resolve(false)
  }
  const take = () => {
    if (taken || withdrawn) return
    taken = true
    early.stop()
    local.pipe(far)
    far.pipe(local)
  }
  const leave = () => {
    far.destroy()
    resolve(true)
  }
  const sent = early.sendTo(far, take)
  // It may be the end, with no answer before it.
  far.once('readable', () => (far.readableLength === 0 && !taken && mayRepeat() ? withdraw() : take()))
  far.on('error', (error: unknown) => {
    if (withdrawn) return
    const heard = !(error instanceof DevkError) || error.code !== 'NOT_TAKEN'
    if (taken || (heard && !mayRepeat())) local.resetAndDestroy()
    else withdraw()
  })
  far.once('close', () => {
    // What it said last may be on its way to the client still.
    if (withdrawn) return
    if (far.readableEnded) local.destroySoon()
    else if (taken) local.resetAndDestroy()
  })
  local.once('close', leave)
  return promise
}
