import { sleep } from '../base/time.ts'
import type { Targets } from '../forward/target.ts'
import type { ObjectIdentity } from '../kube/apply/identity.ts'
import { nextMoment } from '../kube/rollout/next-moment.ts'
import type { Pod, Snapshot } from '../kube/rollout/objects.ts'
import { isAlive, isReady, podsOfObject } from '../kube/rollout/pods-of.ts'
import { dialPod } from './dial-pod.ts'
import type { OpenForwards } from './run-context.ts'

/** What is heard of late is looked at again after this. */
const AGAIN_MS = 1_000

/** The Ready pods of the objects, each at this port, over whichever connection to the cluster is open by then. */
export function podTargets(
  { current, isBehind }: Pick<OpenForwards, 'current' | 'isBehind'>,
  service: string,
  objects: readonly ObjectIdentity[],
  port: number,
): Targets {
  return {
    ready() {
      const access = current()
      if (!access) return []
      const pods = readyPods(access.live.snapshot(), objects)
      return pods
        .filter(({ metadata }) => !isBehind(service, metadata.uid ?? ''))
        .map(pod => ({
          name: pod.metadata.name,
          dial: signal => dialPod(access, pod, port, signal),
        }))
    },
    async changed(signal) {
      const live = current()?.live
      try {
        if (live) return await nextMoment(live, live.snapshot().version, AGAIN_MS, signal)
      } catch {
        // The connection was closed: there is another one soon.
        signal.throwIfAborted()
      }
      await sleep(AGAIN_MS / 10, signal)
    },
  }
}

function readyPods(snapshot: Snapshot, objects: readonly ObjectIdentity[]): Pod[] {
  return objects.flatMap(object => podsOfObject(snapshot, object)).filter(pod => isReady(pod) && isAlive(pod))
}
