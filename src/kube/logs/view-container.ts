import { containerStatus } from '../rollout/container-status.ts'
import type { ContainerStatus, Pod } from '../rollout/objects.ts'
import type { SeenContainer } from './container-view.ts'

/** What a pod's status says of a container. Undefined where it says nothing of it yet. */
export function seenContainer(
  pod: Pod,
  container: string,
): Omit<SeenContainer, 'epoch' | 'lost'> | undefined {
  const found = containerStatus(pod, container)
  return found && seenStatus(found)
}

function seenStatus({
  restartCount: run = 0,
  containerID = '',
  state = {},
  lastState = {},
}: ContainerStatus) {
  const now = Object.keys(state)[0] ?? 'waiting'
  const is = state.running ? 'running' : state.terminated || lastState.terminated ? 'ended' : 'coming'
  // Until it runs again, both its log and that of the run before are those of the run that ended.
  const runBefore = state.running || state.terminated ? run - 1 : run
  return { state: `${run} ${now} ${containerID}`, is, run, runBefore } as const
}
