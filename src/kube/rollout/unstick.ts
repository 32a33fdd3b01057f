import type { KubeApi } from '../api.ts'
import { podPath } from '../pod-path.ts'
import type { Pod, Snapshot } from './objects.ts'
import { newestPodsOf, podsOf } from './pods-of.ts'
import { type Awaited, workloadSeen } from './progress.ts'
import { troubleOf } from './trouble.ts'

export interface Unsticking {
  /** Deletes what will never let the object get on, each only once. */
  free(snapshot: Snapshot, object: Awaited, now: number): Promise<void>
}

/**
 * A StatefulSet replaces no pod while one is not ready, also where that one is of the old version and broken: what was
 * corrected would never run. Its broken old pods are deleted, which Kubernetes' own manual tells to do by hand.
 */
export function unsticking(
  api: KubeApi,
  { signal, note }: { signal: AbortSignal; note?: ((message: string) => void) | undefined },
): Unsticking {
  const freed = new Set<string | undefined>()
  return {
    async free(snapshot, object, now) {
      for (const { metadata } of stuckPods(snapshot, object, now)) {
        const { name, namespace = '', uid } = metadata
        if (freed.has(uid)) continue
        freed.add(uid)
        await api.delete(podPath(namespace, name), { propagation: 'Background', uid }, { signal })
        note?.(
          `Pod ${name} of the old version was broken, and a StatefulSet waits for it for ever: it was deleted.`,
        )
      }
    },
  }
}

function stuckPods(snapshot: Snapshot, object: Awaited, now: number): Pod[] {
  const workload = object.kind === 'StatefulSet' ? workloadSeen(snapshot, object) : undefined
  if (!workload || workload.spec.updateStrategy?.type === 'OnDelete') return []
  if (workload.status.updateRevision === undefined) return []
  const newest = new Set(newestPodsOf(snapshot, workload))
  return podsOf(snapshot, workload).filter(
    pod => !newest.has(pod) && troubleOf(pod, snapshot.events, now)?.fatal === true,
  )
}
