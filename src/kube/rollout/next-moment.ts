import type { Live } from './live.ts'

/** Until something changes, or that many milliseconds are over. */
export async function nextMoment(
  live: Live,
  version: number,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const over = new AbortController()
  const abort = () => over.abort(signal.reason)
  const timer = setTimeout(() => over.abort(), Math.max(ms, 1))
  signal.addEventListener('abort', abort, { once: true })
  try {
    await live.changed(version, over.signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!over.signal.aborted) throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
