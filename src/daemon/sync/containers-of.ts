import type { ObjectIdentity } from '../../kube/apply/identity.ts'
import { containerStatus, runtimeId } from '../../kube/rollout/container-status.ts'
import type { Pod, Snapshot } from '../../kube/rollout/objects.ts'
import { ownerOf } from '../../kube/rollout/owner-of.ts'
import { isAlive } from '../../kube/rollout/pods-of.ts'
import { meantContainers } from '../../resources/meant-containers.ts'
import type { SourceRule } from '../../sync/source-rule.ts'

/** A container into which sources are written: another one after each of its restarts. */
export interface SyncedContainer {
  /** Its runtime's name for it: undefined while it does not run. */
  id: string | undefined
  pod: Pod
  name: string
  image: string
  rules: SourceRule[]
}

interface Asked {
  rules: readonly SourceRule[]
  /** All objects that are made for the service. */
  objects: readonly ObjectIdentity[]
  /** Its own image, by digest, where it has one. */
  image: string | undefined
}

export function containersOf(snapshot: Snapshot, asked: Asked): SyncedContainer[] {
  return snapshot.pods
    .filter(
      pod =>
        isAlive(pod) && !hasEnded(pod) && ownerOf(snapshot, { kind: 'Pod', ...pod.metadata }, asked.objects),
    )
    .flatMap(pod => containersIn(pod, asked))
}

function hasEnded({ status }: Pod): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed'
}

function containersIn(pod: Pod, { rules, image: reference }: Asked): SyncedContainer[] {
  const { spec, metadata } = pod
  const meant = meantContainers(rules, {
    containers: spec.containers,
    annotations: metadata.annotations,
    isBuilt: image => reference !== undefined && repositoryOf(image) === repositoryOf(reference),
  })
  return spec.containers.flatMap(({ name, image = '' }) => {
    const leading = meant.get(name)
    if (!leading) return []
    const status = containerStatus(pod, name)
    const id = status?.state?.running ? runtimeId(status) : undefined
    return [{ id, pod, name, image, rules: leading }]
  })
}

/** Whichever digest it has: while a rollout goes on there are two. */
function repositoryOf(reference: string): string | undefined {
  return reference.split('@')[0]
}
