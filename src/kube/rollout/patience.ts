import type { Looked } from './look.ts'

export interface Verdict {
  /** What has been in trouble for longer than can be hoped through. */
  gaveUp?: (Looked & { trouble: NonNullable<Looked['trouble']> }) | undefined
  /** Nothing at all moved for too long. */
  stuck: boolean
  /** When to look again although nothing changed. */
  next: number
}

export interface Patience {
  judge(waiting: readonly Looked[], now: number): Verdict
}

/** Remembers since when each trouble lasts, and when something moved last. */
export function patienceOf(patienceMs: number): Patience {
  const first = new Map<string, number>()
  let last = { key: '', at: 0 }
  return {
    judge(waiting, now) {
      const key = JSON.stringify(waiting.map(movement))
      if (key !== last.key) last = { key, at: now }
      const lasting = waiting.flatMap(looked => {
        const { trouble } = looked
        return trouble?.fatal ? [{ looked: { ...looked, trouble }, key: nameOf(looked) }] : []
      })
      const keys = new Set(lasting.map(each => each.key))
      for (const known of first.keys()) if (!keys.has(known)) first.delete(known)
      const ends = lasting.map(({ looked, key }) => {
        const { since, graceMs } = looked.trouble
        const begun = first.get(key) ?? since ?? now
        first.set(key, begun)
        return { looked, at: begun + graceMs }
      })
      const over = ends.find(({ at }) => at <= now)
      const stuckAt = last.at + patienceMs
      return {
        ...(over && { gaveUp: over.looked }),
        stuck: stuckAt <= now,
        next: Math.min(stuckAt, ...ends.map(({ at }) => at)),
      }
    },
  }
}

/** A pod that replaces another one has the same trouble, not a new one. */
function nameOf({ object, trouble }: Looked): string {
  return [object.kind, object.name, trouble?.container, trouble?.reason].join('/')
}

/** What changes when something gets on. Restarts don't count: a container that crashes moves for ever. */
function movement({ object, progress }: Looked): unknown {
  const pods = progress.pods.map(({ metadata, status }) => [
    metadata.name,
    status.phase,
    status.containerStatuses?.map(({ ready, started, state }) => [ready, started, Object.keys(state ?? {})]),
    status.initContainerStatuses?.map(({ ready, state }) => [ready, Object.keys(state ?? {})]),
  ])
  return [object.kind, object.name, progress.ready, progress.words, pods]
}
