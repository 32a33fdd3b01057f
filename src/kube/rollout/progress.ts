import type { ObjectName } from '../object.ts'
import type { Condition, Pod, Snapshot, Workload } from './objects.ts'
import { isReady, isWorkloadKind, newestPodsOf, podsOfObject, workloadOf } from './pods-of.ts'

/** How far an object is on its way to be what it was last made. */
export interface Progress {
  /** Nothing is to be waited for. */
  done: boolean
  /** A Job that ran to its end. */
  completed?: boolean
  /** It is not in the cluster, or not seen there yet. */
  missing?: boolean
  ready: number
  wanted: number
  /** What is still to come, as `1 of 2 replicas ready`. */
  words: string
  /** The pods that were made from what it is now: their troubles are its troubles. */
  pods: Pod[]
  /** It gave up by itself. */
  failed?: { reason: string; message: string } | undefined
  /** It can't make its pods: a quota, mostly. */
  refused?: string | undefined
}

/** An object that was applied, by the generation that was applied. */
export type Awaited = ObjectName & { uid?: string; generation?: number | undefined }

/**
 * How far it is; undefined for kinds that are what they are at once, for CronJobs, which run later, and for what is in
 * another namespace than what was seen.
 */
export function progressOf(snapshot: Snapshot, object: Awaited): Progress | undefined {
  if (!takesTime(object) || object.namespace !== snapshot.namespace) return undefined
  const progress = judged(snapshot, object)
  if (!progress.done || !progress.pods.some(pod => isMemory(snapshot, pod))) return progress
  return { ...progress, done: false, words: 'not heard of since its node was started' }
}

/** Whether there is anything to wait for. */
export function takesTime({ apiVersion, kind }: ObjectName): boolean {
  if (kind === 'Pod') return apiVersion === 'v1'
  return isWorkloadKind(kind) && /^(apps|batch)\//.test(apiVersion)
}

/** A cluster that was started still tells of pods what they were before. */
function isMemory({ nodeStarts }: Snapshot, { spec, status }: Pod): boolean {
  const started = nodeStarts?.get(spec.nodeName ?? '')
  if (started === undefined) return false
  return (status.containerStatuses ?? []).some(({ state }) => {
    const since = state?.running?.startedAt
    return since !== undefined && Date.parse(since) < started * 1_000
  })
}

function judged(snapshot: Snapshot, object: Awaited): Progress {
  if (object.kind === 'Pod') return podProgress(snapshot, object)
  const workload = workloadOf(snapshot, object)
  if (!workload || isOther(workload.metadata, object)) return { ...coming('not there yet'), missing: true }
  const { status } = workload
  if (!workloadSeen(snapshot, object))
    return { ...coming('its controller has not seen it yet'), ...countOf(workload) }
  const progress = judge[workload.kind](workload)
  const refused = status.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  )
  return {
    ...progress,
    pods: newestPodsOf(snapshot, workload),
    ...(refused?.message !== undefined && { refused: refused.message }),
  }
}

/** The workload, once its controller has seen what was applied: what its status says before is of the old one. */
export function workloadSeen(snapshot: Snapshot, object: Awaited): Workload | undefined {
  const workload = workloadOf(snapshot, object)
  if (!workload || isOther(workload.metadata, object)) return undefined
  const { kind, metadata, status } = workload
  const { generation = 0 } = metadata
  // A Job's status tells no generation: it can't be changed.
  const observed = kind === 'Job' || (status.observedGeneration ?? 0) >= generation
  return generation >= (object.generation ?? 0) && observed ? workload : undefined
}

type Judged = Omit<Progress, 'pods' | 'refused'>

const judge: Record<Workload['kind'], (workload: Workload) => Judged> = {
  Deployment: ({ spec, status }) => {
    const wanted = spec.replicas ?? 1
    const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, readyReplicas = 0, conditions } = status
    const ready = Math.min(readyReplicas, updatedReplicas)
    const late = conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded')
    const failed = late && {
      reason: 'ProgressDeadlineExceeded',
      message: late.message ?? 'it made no progress',
    }
    const base = { ready, wanted, ...(failed && { failed }) }
    if (spec.paused) return { ...base, done: true, words: 'its rollout is paused' }
    if (updatedReplicas < wanted)
      return { ...base, done: false, words: `${updatedReplicas} of ${count(wanted)} made` }
    if (availableReplicas < updatedReplicas) {
      return {
        ...base,
        done: false,
        words: `${Math.min(ready, availableReplicas)} of ${count(wanted)} ready`,
      }
    }
    if (replicas > updatedReplicas) {
      return {
        ...base,
        done: false,
        words: `${count(replicas - updatedReplicas)} of the old version still there`,
      }
    }
    return { ...base, done: true, words: `${ready} of ${count(wanted)} ready` }
  },
  ReplicaSet: ({ spec, status }) => {
    const wanted = spec.replicas ?? 1
    return counted(status.availableReplicas ?? 0, wanted, (status.availableReplicas ?? 0) >= wanted)
  },
  StatefulSet: ({ spec, status }) => {
    const wanted = spec.replicas ?? 1
    const { readyReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision } = status
    const { type, rollingUpdate } = spec.updateStrategy ?? {}
    const partition = rollingUpdate?.partition ?? 0
    const updated =
      type === 'OnDelete' || currentRevision === updateRevision || updatedReplicas >= wanted - partition
    if (!updated) {
      const words = `${updatedReplicas} of ${count(wanted - partition)} of the new version`
      return { done: false, ready: readyReplicas, wanted, words }
    }
    return counted(readyReplicas, wanted, readyReplicas >= wanted)
  },
  DaemonSet: ({ spec, status }) => {
    const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status
    const updated = spec.updateStrategy?.type === 'OnDelete' || updatedNumberScheduled >= wanted
    if (!updated) {
      const words = `${updatedNumberScheduled} of ${count(wanted)} of the new version`
      return { done: false, ready: status.numberReady ?? 0, wanted, words }
    }
    return counted(numberAvailable, wanted, numberAvailable >= wanted)
  },
  Job: ({ spec, status }) => {
    const wanted = spec.completions ?? 1
    const { succeeded = 0, conditions } = status
    const failed = conditions?.find(holds('Failed'))
    if (failed) {
      const why = { reason: failed.reason ?? 'Failed', message: failed.message ?? 'it failed' }
      return { done: false, ready: succeeded, wanted, words: 'it failed', failed: why }
    }
    const completed = conditions?.some(holds('Complete')) ?? false
    if (completed) return { done: true, completed, ready: succeeded, wanted, words: 'it ran to its end' }
    if (spec.suspend) return { done: true, ready: succeeded, wanted, words: 'it is suspended' }
    const words = wanted === 1 ? 'it has not run to its end yet' : `${succeeded} of ${wanted} runs done`
    return { done: false, ready: succeeded, wanted, words }
  },
}

function podProgress(snapshot: Snapshot, object: Awaited): Progress {
  const pod = snapshot.pods.find(({ metadata }) => metadata.name === object.name)
  if (!pod || isOther(pod.metadata, object)) return { ...coming('not there yet'), missing: true }
  const { phase, reason, message } = pod.status
  const base = { wanted: 1, pods: [pod] }
  if (phase === 'Succeeded')
    return { ...base, done: true, completed: true, ready: 0, words: 'it ran to its end' }
  if (isReady(pod)) return { ...base, done: true, ready: 1, words: 'it is ready' }
  const failed =
    phase === 'Failed' ? { reason: reason ?? 'Failed', message: message ?? 'it failed' } : undefined
  return { ...base, done: false, ready: 0, words: 'it is not ready yet', ...(failed && { failed }) }
}

function counted(ready: number, wanted: number, done: boolean): Judged {
  return { done, ready, wanted, words: `${Math.min(ready, wanted)} of ${count(wanted)} ready` }
}

function coming(words: string): Progress {
  return { done: false, ready: 0, wanted: 1, words, pods: [] }
}

/** What is said of it while its controller does not yet know what it is now. */
function countOf({ kind, spec, status }: Workload): { ready: number; wanted: number } {
  if (kind === 'DaemonSet')
    return { ready: status.numberReady ?? 0, wanted: status.desiredNumberScheduled ?? 1 }
  if (kind === 'Job') return { ready: status.succeeded ?? 0, wanted: spec.completions ?? 1 }
  return { ready: status.readyReplicas ?? 0, wanted: spec.replicas ?? 1 }
}

/** Of the same name, and made anew since: it is not what was applied, or not what was seen. */
function isOther(metadata: { uid?: string }, { uid }: Awaited): boolean {
  return uid !== undefined && uid !== '' && metadata.uid !== uid
}

function holds(wanted: string): (condition: Condition) => boolean {
  return ({ type, status }) => type === wanted && status === 'True'
}

function count(replicas: number): string {
  return `${replicas} replica${replicas === 1 ? '' : 's'}`
}

/** Restarts of all containers of an object's pods. */
export function restartsOf(snapshot: Snapshot, object: Awaited): number {
  const statuses = podsOfObject(snapshot, object).flatMap(({ status }) => [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
  ])
  return statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0)
}
