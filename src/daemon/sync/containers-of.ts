import type { ObjectIdentity } from '../../kube/apply/identity.ts'
import { defaultContainer } from '../../kube/exec/choose-pod.ts'
import { containerStatus, runtimeId } from '../../kube/rollout/container-status.ts'
import type { Pod, Snapshot } from '../../kube/rollout/objects.ts'
import { ownerOf } from '../../kube/rollout/owner-of.ts'
import { isAlive } from '../../kube/rollout/pods-of.ts'
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

function containersIn(pod: Pod, { rules, image }: Asked): SyncedContainer[] {
  const own = pod.spec.containers.filter(container => isBuilt(container.image, image))
  const meant = own.length > 0 ? own.map(({ name }) => name) : [defaultContainer(pod)]
  return pod.spec.containers.flatMap(container => {
    const leading = rules.filter(rule =>
      rule.container === undefined ? meant.includes(container.name) : rule.container === container.name,
    )
    if (leading.length === 0) return []
    const status = containerStatus(pod, container.name)
    const id = status?.state?.running ? runtimeId(status) : undefined
    return [{ id, pod, name: container.name, image: container.image ?? '', rules: leading }]
  })
}

/** Of the same name, whichever digest: while a rollout goes on there are two. */
function isBuilt(image: string | undefined, reference: string | undefined): boolean {
  return reference !== undefined && image?.split('@')[0] === reference.split('@')[0]
}
