import { DevkError } from '../../base/errors.ts'
import { sleep } from '../../base/time.ts'
import { podPath } from '../../kube/pod-path.ts'
import { isRefusal } from '../../kube/refusal.ts'
import { containerStatus } from '../../kube/rollout/container-status.ts'
import type { Pod } from '../../kube/rollout/objects.ts'
import type { PlaceInPod } from './find-place.ts'

/** The kubelet looks once a second whether containers still run. */
const PATIENCE_MS = 2_500
const EVERY_MS = 250

/** POD_GONE where the pod or the container that a command ran in has ended; undefined where nothing befell it. */
export async function whatBefell(place: PlaceInPod, signal: AbortSignal): Promise<DevkError | undefined> {
  const { access, pod, container, service } = place
  const { name, uid } = pod.metadata
  const path = podPath(access.live.namespace, name)
  const gone = (what: string) =>
    new DevkError({
      code: 'POD_GONE',
      message: `${what}, and the command in it ended with it.`,
      hint: `Run it again once devk status says that ${service} is ready.`,
    })
  const startOf = (each: Pod) => containerStatus(each, container)?.state?.running?.startedAt
  const end = Date.now() + PATIENCE_MS
  while (true) {
    try {
      const now = await access.api.get<Pod>(path, { signal })
      if (now.metadata.uid !== uid || now.metadata.deletionTimestamp !== undefined)
        return gone(`Pod ${name} was deleted`)
      if (startOf(now) !== startOf(pod)) return gone(`Container ${container} of pod ${name} ended`)
    } catch (error) {
      if (isRefusal(error, 404)) return gone(`Pod ${name} was deleted`)
      // What can't be asked tells nothing.
      return undefined
    }
    if (Date.now() > end) return undefined
    await sleep(EVERY_MS, signal)
  }
}
