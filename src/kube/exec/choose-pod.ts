import { DevkError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { ObjectIdentity } from '../apply/identity.ts'
import { activityOf } from '../rollout/activity.ts'
import { containerStatus } from '../rollout/container-status.ts'
import type { Pod, Snapshot } from '../rollout/objects.ts'
import { isAlive, isReady, podsOfObject } from '../rollout/pods-of.ts'
import { serviceStatus } from '../rollout/status.ts'
import { troubleOf } from '../rollout/trouble.ts'

export interface ChosenPod {
  pod: Pod
  container: string
  /** The pods that could have been taken as well. */
  others: string[]
  /** What the reader should know of it. */
  note?: string
}

interface Asked {
  service: string
  objects: readonly ObjectIdentity[]
  container?: string | undefined
}

/**
 * Where a command for a service runs: in its newest Ready pod, or in one that runs although it is not Ready. Throws
 * USAGE where no pod has such a container, and NOT_RUNNING with the reason.
 */
export function choosePod(
  { service, objects, container }: Asked,
  snapshot: Snapshot,
  now: number,
): ChosenPod {
  const pods = objects.flatMap(object => podsOfObject(snapshot, object)).filter(isAlive)
  if (pods.length === 0) throw noPod(service, serviceStatus(objects, snapshot, now))
  const fitting = container === undefined ? pods : pods.filter(pod => namesIn(pod).includes(container))
  if (container !== undefined && fitting.length === 0) throw noContainer(service, container, pods)
  const nameIn = (pod: Pod) => container ?? defaultContainer(pod)
  const running = fitting.filter(pod => isRunning(pod, nameIn(pod))).toSorted(newestFirst)
  const ready = running.filter(isReady)
  const [pod, ...others] = ready.length > 0 ? ready : running
  if (!pod) throw notRunning(service, nameIn(fitting[0] as Pod), fitting, snapshot, now)
  return {
    pod,
    container: nameIn(pod),
    others: others.map(({ metadata }) => metadata.name),
    ...(ready.length === 0 && {
      note: `${pod.metadata.name} is not Ready: ${whyNot(pod, snapshot, now)}`,
    }),
  }
}

function isRunning(pod: Pod, container: string): boolean {
  return containerStatus(pod, container)?.state?.running !== undefined
}

function defaultContainer({ metadata, spec }: Pod): string {
  return defaultContainerIn(
    spec.containers.map(({ name }) => name),
    metadata.annotations,
  )
}

export function defaultContainerIn(
  names: readonly string[],
  annotations: Readonly<Record<string, string>> | undefined,
): string {
  const named = annotations?.['kubectl.kubernetes.io/default-container']
  return named !== undefined && names.includes(named) ? named : (names[0] ?? '')
}

function namesIn({ spec }: Pod): string[] {
  return [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name)
}

function newestFirst(a: Pod, b: Pod): number {
  const made = ({ metadata }: Pod) => metadata.creationTimestamp ?? ''
  return made(b).localeCompare(made(a)) || a.metadata.name.localeCompare(b.metadata.name)
}

function whyNot(pod: Pod, { events }: Snapshot, now: number): string {
  return troubleOf(pod, events, now)?.message ?? activityOf(pod, events) ?? `its phase is ${pod.status.phase}`
}

function noPod(service: string, { state, why }: ReturnType<typeof serviceStatus>): DevkError {
  const words: Partial<Record<typeof state, string>> = {
    stopped: 'it is scaled to none',
    done: 'its Jobs ran to their end',
    ready: 'none of its objects makes any',
  }
  return new DevkError({
    code: 'NOT_RUNNING',
    message: `${service} has no pod: ${why ?? words[state] ?? `it is ${state}`}.`,
    hint: 'devk status shows how it is.',
  })
}

function noContainer(service: string, container: string, pods: readonly Pod[]): DevkError {
  const names = [...new Set(pods.flatMap(namesIn))]
  return new DevkError({
    code: 'USAGE',
    message: `${service} has no container ${container}${didYouMean(container, names) || '.'}`,
    hint: `It has ${names.join(', ')}.`,
  })
}

function notRunning(
  service: string,
  container: string,
  pods: readonly Pod[],
  snapshot: Snapshot,
  now: number,
): DevkError {
  const reasons = pods.map(pod => `${pod.metadata.name}: ${whyNot(pod, snapshot, now)}`)
  return new DevkError({
    code: 'NOT_RUNNING',
    message: `Container ${container} of ${service} does not run now. ${reasons.slice(0, 3).join('; ')}.`,
    hint: `devk status shows how ${service} is.`,
  })
}
