import type { Activity } from '../../model/activity.ts'

/** Whoever listens is told what devk does by itself. */
export interface Activities {
  tell(message: string, about?: { service?: string; trouble?: true }): void
  /** Answers how to end it. */
  listen(listener: (activity: Activity) => void): () => void
}

export function activities(): Activities {
  const listeners = new Set<(activity: Activity) => void>()
  return {
    tell(message, { service, trouble } = {}) {
      const activity = { at: new Date().toISOString(), service, message, trouble }
      for (const listener of listeners) listener(activity)
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
