import type { Looked } from './look.ts'
import type { Pod } from './objects.ts'

export interface Settling {
  /** When what is ready now can be believed to stay; undefined where it can be already. */
  until(looked: Looked, now: number): number | undefined
}

/** A container's start is told in whole seconds, by another clock. */
const LONG_AGO_MS = 10_000

/**
 * Without a readiness probe a container counts as ready the moment that it runs, also one that crashes at once: what was
 * started just now is looked at for a moment longer.
 */
export function settlingOf(settleMs: number): Settling {
  const first = new Map<string, number>()
  return {
    until({ progress }, now) {
      const ends = progress.pods
        .filter(pod => !isTold(pod, now))
        .map(({ metadata, status }) => {
          const runs = status.containerStatuses?.map(({ containerID }) => containerID).join()
          const key = `${metadata.uid}/${runs}`
          const seen = first.get(key) ?? now
          first.set(key, seen)
          return seen + settleMs
        })
      const last = Math.max(0, ...ends)
      return last > now ? last : undefined
    },
  }
}

/** A probe says that it is ready, or it has been so for long. */
function isTold({ spec, status }: Pod, now: number): boolean {
  return spec.containers.every(({ name, readinessProbe }) => {
    if (readinessProbe) return true
    const state = status.containerStatuses?.find(each => each.name === name)?.state
    return now - Date.parse(state?.running?.startedAt ?? '') > LONG_AGO_MS
  })
}
