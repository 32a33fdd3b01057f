import type { ObjectIdentity } from '../apply/identity.ts'
import { activityOf } from './activity.ts'
import type { KubeEvent, Pod, Snapshot } from './objects.ts'
import { type Progress, progressOf } from './progress.ts'
import { type Trouble, troubleOf } from './trouble.ts'

/** An object that takes time, how far it is, and what keeps it. */
export interface Looked {
  object: ObjectIdentity
  progress: Progress
  trouble?: Trouble | undefined
  /** What one of its pods is at, where nothing is wrong. */
  activity?: string | undefined
}

/** Undefined for what is as it should be at once. */
export function look(snapshot: Snapshot, object: ObjectIdentity, now: number): Looked | undefined {
  const progress = progressOf(snapshot, object)
  if (!progress) return undefined
  const trouble = progress.done ? undefined : worst(snapshot, object, progress, now)
  if (trouble || progress.done) return { object, progress, ...(trouble && { trouble }) }
  const activity = activityIn(progress.pods, snapshot.events)
  return { object, progress, ...(activity !== undefined && { activity }) }
}

/** As a person is told it: `api: 1 of 2 replicas ready; api-x: the readiness probe of container api fails: HTTP 503`. */
export function inWords(looked: Looked): string {
  return `${looked.object.name}: ${whyWaiting(looked)}`
}

export function whyWaiting({ object, progress, trouble, activity }: Looked): string {
  if (trouble) {
    const who = trouble.pod === object.name ? '' : `${trouble.pod}: `
    return `${progress.words}; ${who}${trouble.message}`
  }
  return activity === undefined ? progress.words : `${progress.words}; ${activity}`
}

function activityIn(pods: readonly Pod[], events: readonly KubeEvent[]): string | undefined {
  for (const pod of pods) {
    const activity = activityOf(pod, events)
    if (activity !== undefined) return pods.length === 1 ? activity : `${pod.metadata.name} ${activity}`
  }
  return undefined
}

const REFUSED_GRACE_MS = 5_000

function worst(
  { events }: Snapshot,
  object: ObjectIdentity,
  { pods, refused, failed }: Progress,
  now: number,
): Trouble | undefined {
  const found = pods
    .flatMap(pod => troubleOf(pod, events, now) ?? [])
    .toSorted((a, b) => gravity(a) - gravity(b))[0]
  // The pod's own reason says more than that its owner gave up.
  if (failed) {
    const told = found?.message ?? failed.message
    return {
      pod: found?.pod ?? object.name,
      container: found?.container,
      reason: failed.reason,
      message: told,
      fatal: true,
      graceMs: 0,
    }
  }
  if (found) return found
  const message = refused ?? (pods.length === 0 ? refusedByEvent(events, object) : undefined)
  if (message === undefined) return undefined
  return {
    pod: object.name,
    reason: 'FailedCreate',
    message: `its pods are refused: ${refusalWords(message)}`,
    fatal: true,
    graceMs: REFUSED_GRACE_MS,
  }
}

function gravity({ fatal, graceMs }: Trouble): number {
  return fatal ? graceMs : Number.POSITIVE_INFINITY
}

/** Only Deployments and ReplicaSets tell it in their status. */
function refusedByEvent(events: readonly KubeEvent[], { uid }: ObjectIdentity): string | undefined {
  return events.findLast(({ about, reason }) => reason === 'FailedCreate' && about.uid === uid)?.message
}

/** `exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0` */
function refusalWords(message: string): string {
  return message.replace(
    /^(?:Error creating: |create Pod \S+ in StatefulSet \S+ failed error: )?(?:pods? "[^"]*" is forbidden: )?/,
    '',
  )
}
