import { setTimeout } from 'node:timers/promises'

export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { ...(signal && { signal }) })
}

/** Resolves once the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** `450 ms`, `1.2 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** Asks until the answer is not undefined. Each pause is `every` ms; ends only by an answer, a throw or the signal. */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  { every, signal }: { every: number; signal: AbortSignal },
): Promise<T> {
  while (true) {
    signal.throwIfAborted()
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(every, signal)
  }
}
