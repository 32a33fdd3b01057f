import { sleep } from '../base/time.ts'

const EVERY_MS = 1_000
/** Looking takes no more than this part of the time. */
const SHARE = 1 / 20

/**
 * Does the work as long as `look` answers the same: its signal aborts once the answer is another one, since nobody wants
 * the result then, and the work's end is awaited. What the work throws for another reason is thrown.
 */
export async function whileSame(
  expected: string,
  look: () => Promise<string>,
  signal: AbortSignal,
  work: (stillSame: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const stale = new AbortController()
  const over = new AbortController()
  const looking = watch(expected, look, AbortSignal.any([signal, over.signal]))
    .then(() => stale.abort())
    // Either the work is over, or looking fails after it as well, and is heard of then.
    .catch(() => {})
  try {
    await work(AbortSignal.any([signal, stale.signal]))
  } catch (error) {
    signal.throwIfAborted()
    if (!stale.signal.aborted) throw error
  } finally {
    over.abort()
    await looking
  }
}

async function watch(expected: string, look: () => Promise<string>, signal: AbortSignal): Promise<void> {
  let pause = EVERY_MS
  while (true) {
    await sleep(pause, signal)
    const started = performance.now()
    if ((await look()) !== expected) return
    pause = Math.max(EVERY_MS, (performance.now() - started) / SHARE)
  }
}
