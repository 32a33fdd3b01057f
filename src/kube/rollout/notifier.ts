import { interrupted } from '../../base/errors.ts'

export interface Notifier {
  version(): number
  /** Something changed. */
  tell(): void
  /** Resolves once the version is another one than this. */
  changed(version: number, signal: AbortSignal): Promise<void>
  subscribe(listener: () => void): () => void
  /** Who waits is rejected, and nobody is told any more. */
  close(): void
}

/** Counts changes, and tells them once for all that came in one piece. */
export function notifier(): Notifier {
  const listeners = new Set<() => void>()
  const ends = new Set<() => void>()
  let version = 0
  let due = false
  let closed = false
  const tell = () => {
    version++
    if (due || closed) return
    due = true
    setImmediate(() => {
      due = false
      for (const listener of [...listeners]) listener()
    })
  }
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return {
    version: () => version,
    tell,
    subscribe,
    changed: (seen, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        if (version !== seen) return resolve()
        if (closed) return reject(interrupted())
        const settle = (end: () => void) => () => {
          unsubscribe()
          ends.delete(close)
          signal.removeEventListener('abort', abort)
          end()
        }
        const abort = settle(() => reject(signal.reason))
        const close = settle(() => reject(interrupted()))
        const unsubscribe = subscribe(settle(resolve))
        ends.add(close)
        signal.addEventListener('abort', abort, { once: true })
      }),
    close: () => {
      closed = true
      for (const end of [...ends]) end()
      listeners.clear()
    },
  }
}
