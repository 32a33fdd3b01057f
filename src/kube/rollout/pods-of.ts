import type { ObjectName } from '../object.ts'
import type { Pod, Snapshot, Workload, WorkloadKind } from './objects.ts'
import { workloadKinds } from './objects.ts'

export function workloadOf({ workloads }: Snapshot, { kind, name }: ObjectName): Workload | undefined {
  if (!isWorkloadKind(kind)) return undefined
  return workloads.find(each => each.kind === kind && each.metadata.name === name)
}

export function isWorkloadKind(kind: string): kind is WorkloadKind {
  return (workloadKinds as readonly string[]).includes(kind)
}

/** All pods of a workload that are not on their way out, also those of what it was before. */
export function podsOf(snapshot: Snapshot, workload: Workload): Pod[] {
  const owners = new Set([workload.metadata.uid])
  for (const set of replicaSetsOf(snapshot, workload)) owners.add(set.metadata.uid)
  return snapshot.pods.filter(pod => isAlive(pod) && isOwned(pod, owners))
}

/** Of whatever was applied: a workload's, or the pod itself. */
export function podsOfObject(snapshot: Snapshot, object: ObjectName): readonly Pod[] {
  if (object.namespace !== snapshot.namespace) return []
  const workload = workloadOf(snapshot, object)
  if (workload) return podsOf(snapshot, workload)
  return snapshot.pods.filter(({ metadata }) => object.kind === 'Pod' && metadata.name === object.name)
}

export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}

export function isAlive({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined
}

/** Those that were made from what the workload is now; none where they can't be told yet. */
export function newestPodsOf(snapshot: Snapshot, workload: Workload): Pod[] {
  const { kind, metadata, status } = workload
  const pods = podsOf(snapshot, workload)
  if (kind === 'Deployment') {
    const revision = revisionOf(workload)
    const newest = replicaSetsOf(snapshot, workload).find(set => revisionOf(set) === revision)
    return newest ? pods.filter(pod => isOwned(pod, new Set([newest.metadata.uid]))) : []
  }
  if (kind === 'StatefulSet') {
    return pods.filter(pod => pod.metadata.labels?.['controller-revision-hash'] === status.updateRevision)
  }
  if (kind === 'DaemonSet') {
    const template = metadata.annotations?.['deprecated.daemonset.template.generation']
    if (template === undefined) return pods
    return pods.filter(pod => pod.metadata.labels?.['pod-template-generation'] === template)
  }
  return pods
}

function replicaSetsOf({ workloads }: Snapshot, { kind, metadata }: Workload): Workload[] {
  if (kind !== 'Deployment') return []
  return workloads.filter(each => each.kind === 'ReplicaSet' && isOwned(each, new Set([metadata.uid])))
}

function revisionOf({ metadata }: Workload): string | undefined {
  return metadata.annotations?.['deployment.kubernetes.io/revision']
}

function isOwned({ metadata }: Pod | Workload, owners: ReadonlySet<string | undefined>): boolean {
  return metadata.ownerReferences?.some(({ uid }) => owners.has(uid)) ?? false
}
