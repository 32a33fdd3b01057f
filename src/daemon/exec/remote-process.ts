import type { Begun, ContainerInNode } from '../../cluster/node-processes.ts'
import { containerStatus, runtimeId } from '../../kube/rollout/container-status.ts'
import type { PlaceInPod } from './find-place.ts'

/** The process of a command that was begun through the API server, past it: only clusters of this machine know it. */
export interface RemoteProcess {
  /** False where there is no way to it, now or later. */
  readonly isReachable: boolean
  /** False where nobody was there to take it. */
  signal(signal: NodeJS.Signals): Promise<boolean>
  /** The command may have ended without being able to tell. */
  release(): Promise<void>
}

export function remoteProcess(
  { access: { processes }, pod, container }: PlaceInPod,
  command: readonly string[],
  askedAt: number,
): RemoteProcess {
  const id = runtimeId(containerStatus(pod, container))
  const { nodeName: node } = pod.spec
  const place: ContainerInNode | undefined = node && id ? { node, container: id } : undefined
  return {
    isReachable: processes !== undefined && place !== undefined,
    async signal(signal) {
      if (!processes || !place) return false
      const found = whichOf(await processes.begun(place), command, Date.now() - askedAt)
      return found ? await processes.signal(place, found.pid, signal) : false
    },
    async release() {
      if (processes && place) await processes.release(place)
    },
  }
}

/** Clocks of the kernel are read in hundredths of seconds, one after the other. */
const BEFORE_MS = 200
const START_LIMIT_MS = 10_000

/**
 * Which of the commands that run in a container is the one that was asked for so long ago. Nothing but its words and its
 * time tells it; its words are others once it has become another program.
 */
export function whichOf(
  begun: readonly Begun[],
  command: readonly string[],
  elapsedMs: number,
): Begun | undefined {
  const timely = begun
    .filter(({ ageMs }) => ageMs <= elapsedMs + BEFORE_MS && ageMs >= elapsedMs - START_LIMIT_MS)
    .toSorted((a, b) => b.ageMs - a.ageMs)
  const same = timely.find(({ words }) => words.join('\0') === command.join('\0'))
  return same ?? (timely.length === 1 ? timely[0] : undefined)
}
