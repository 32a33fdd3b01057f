import type { ObjectIdentity } from '../apply/identity.ts'
import { type Looked, look, whyWaiting } from './look.ts'
import type { Snapshot } from './objects.ts'
import { restartsOf } from './progress.ts'

export interface ServiceStatus {
  /** `done`: its Jobs ran to their end, and it has nothing that runs on. `stopped`: it wants no pod. */
  state: 'ready' | 'starting' | 'failing' | 'stopped' | 'missing' | 'done'
  why?: string
  ready: number
  wanted: number
  restarts: number
  /** When its newest pod was made. */
  since?: string
}

/** How a service is, from the objects that were applied for it and what is seen of them. */
export function serviceStatus(
  objects: readonly ObjectIdentity[],
  snapshot: Snapshot,
  now: number,
): ServiceStatus {
  const looked = objects.flatMap(object => look(snapshot, object, now) ?? [])
  const running = looked.filter(({ progress }) => !progress.completed)
  const counts = {
    ready: sum(running.map(({ progress }) => progress.ready)),
    wanted: sum(running.map(({ progress }) => progress.wanted)),
    restarts: sum(objects.map(object => restartsOf(snapshot, object))),
  }
  const made = looked.flatMap(({ progress }) =>
    progress.pods.map(pod => pod.metadata.creationTimestamp ?? ''),
  )
  const since = made.toSorted().at(-1)
  return { ...stateOf(looked, counts.wanted), ...counts, ...(since && { since }) }
}

function stateOf(looked: readonly Looked[], wanted: number): Pick<ServiceStatus, 'state' | 'why'> {
  const missing = looked.find(({ progress }) => progress.missing)
  if (missing) return { state: 'missing', why: `${missing.object.kind} ${missing.object.name} is not there` }
  const failing = looked.find(({ trouble, progress }) => trouble?.fatal || progress.failed)
  if (failing) return { state: 'failing', why: whyFailing(failing) }
  const starting = looked.find(({ progress }) => !progress.done)
  if (starting) return { state: 'starting', why: whyWaiting(starting) }
  if (looked.length > 0 && looked.every(({ progress }) => progress.completed)) return { state: 'done' }
  return looked.length > 0 && wanted === 0 ? { state: 'stopped' } : { state: 'ready' }
}

function whyFailing({ object, progress, trouble }: Looked): string {
  if (!trouble) return progress.words
  return trouble.pod === object.name ? trouble.message : `${trouble.pod}: ${trouble.message}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
