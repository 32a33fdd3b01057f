import type { Activity } from '../../model/activity.ts'

/** What was done of late, and who listens to what is done now. */
export interface Activities {
  tell(message: string, about?: { service?: string; trouble?: true }): void
  recent(): readonly Activity[]
  /** Answers how to end it. */
  listen(listener: (activity: Activity) => void): () => void
}

const KEPT = 100

export function activities(): Activities {
  const kept: Activity[] = []
  const listeners = new Set<(activity: Activity) => void>()
  return {
    tell(message, { service, trouble } = {}) {
      const activity = { at: new Date().toISOString(), service, message, trouble }
      kept.push(activity)
      if (kept.length > KEPT) kept.shift()
      for (const listener of listeners) listener(activity)
    },
    recent: () => kept,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
