import { MISSING_GRACE_MS, missingConfig } from './config-trouble.ts'
import type { KubeEvent, Pod } from './objects.ts'
import type { Found } from './trouble-model.ts'

const SCHEDULE_GRACE_MS = 5_000

/** A node that was just started, or a volume that is just being made, comes soon. */
const PASSING_GRACE_MS = 60_000

/** Why no node takes a pod, in the scheduler's words. */
export function scheduleTrouble({ status }: Pod): Found | undefined {
  const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined
  const told = scheduled.message ?? ''
  const missing = missingConfig(told)
  if (missing) return { reason: 'FailedMount', message: missing, fatal: true, graceMs: MISSING_GRACE_MS }
  const passes = /node\.kubernetes\.io\/(not-ready|unreachable|network-unavailable)|unbound immediate/.test(
    told,
  )
  const words = told.replace(/\s*(no new claims to deallocate|preemption:).*$/s, '').replace(/[.,\s]+$/, '')
  return {
    reason: 'Unschedulable',
    message: `no node takes it: ${words}`,
    fatal: true,
    graceMs: passes ? PASSING_GRACE_MS : SCHEDULE_GRACE_MS,
    since: scheduled.lastTransitionTime ? Date.parse(scheduled.lastTransitionTime) : undefined,
  }
}

/** What the kubelet says of a new pod until its own caches know what the pod reads. */
const NOT_YET = /failed to sync (?:configmap|secret) cache|object ".*" not registered/

/** Why a volume can't be mounted, from the newest event of it. */
export function mountTrouble({ status }: Pod, events: readonly KubeEvent[]): Found | undefined {
  const event = newest(events, 'FailedMount', 'FailedAttachVolume')
  if (!event || isSetUp(status, events, event) || NOT_YET.test(event.message)) return undefined
  const missing = missingConfig(event.message)
  const volume = /volume "([^"]+)"/.exec(event.message)?.[1]
  const said = event.message.replace(/^MountVolume\.\S+ failed for volume "[^"]+"\s*:\s*/, '')
  return {
    reason: event.reason,
    message: missing ?? `volume ${volume ?? ''} can't be mounted: ${said}`,
    fatal: true,
    graceMs: missing ? MISSING_GRACE_MS : PASSING_GRACE_MS,
  }
}

const FRESH_MS = 30_000

/** The node's own troubles with a pod, mostly its network; it tries again by itself. */
export function sandboxTrouble(
  { status }: Pod,
  events: readonly KubeEvent[],
  now: number,
): Found | undefined {
  const event = newest(events, 'FailedCreatePodSandBox', 'NetworkNotReady')
  if (!event || isSetUp(status, events, event) || now - event.at > FRESH_MS) return undefined
  const said = event.message.split(/: /).slice(-3).join(': ')
  return {
    reason: event.reason,
    message: `its sandbox can't be made: ${said}`,
    fatal: true,
    graceMs: PASSING_GRACE_MS,
  }
}

/** It has its volumes and its network: what an event told of them is over. */
function isSetUp({ conditions }: Pod['status'], events: readonly KubeEvent[], told: KubeEvent): boolean {
  const holds = conditions?.some(
    ({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True',
  )
  // Kubernetes before 1.29 has no such condition.
  return holds === true || events.some(({ reason, at }) => AFTER.includes(reason) && at >= told.at)
}

const AFTER = ['Pulling', 'Pulled', 'Created', 'Started']

function newest(events: readonly KubeEvent[], ...reasons: string[]): KubeEvent | undefined {
  return events.filter(({ reason }) => reasons.includes(reason)).toSorted((a, b) => b.at - a.at)[0]
}
