import type { ContainerStatus, KubeEvent, Pod } from './objects.ts'
import type { Found } from './trouble-model.ts'

/** A probe may fail while a container warms up; a minute is more than most need. */
const PROBE_GRACE_MS = 60_000

/** Why a container that runs is not ready: what its probe was answered since the container started. */
export function probeTrouble(
  { name, ready, started, state }: ContainerStatus,
  events: readonly KubeEvent[],
  spec: Pod['spec'],
): Omit<Found, 'container'> | undefined {
  const startedAt = Date.parse(state?.running?.startedAt ?? '')
  if (Number.isNaN(startedAt) || ready) return undefined
  const event = events
    .filter(({ reason, at }) => reason === 'Unhealthy' && at >= startedAt)
    .toSorted((a, b) => b.at - a.at)[0]
  if (!event) return undefined
  const [, kind = 'Readiness', answer = event.message] =
    /^(Readiness|Liveness|Startup) probe (?:failed|errored)[^:]*: (.*)$/s.exec(event.message) ?? []
  const container = spec.containers.find(each => each.name === name)
  const delay = (container?.readinessProbe?.initialDelaySeconds ?? 0) * 1_000
  return {
    reason: `${kind}Probe`,
    message: `the ${kind.toLowerCase()} probe of container ${name} fails: ${probeWords(answer)}`,
    // A startup probe has a patience of its own, and the container is restarted at its end.
    fatal: kind !== 'Startup' && started !== false,
    graceMs: PROBE_GRACE_MS + delay,
    since: startedAt,
  }
}

/** `HTTP 503`, `nothing listens at 10.0.0.5:8080`, or what the probe's own command printed. */
function probeWords(answer: string): string {
  const status = /HTTP probe failed with statuscode: (\d+)/.exec(answer)?.[1]
  if (status) return `HTTP ${status}`
  const refused = /dial tcp (\S+): connect: connection refused/.exec(answer)?.[1]
  if (refused) return `nothing listens at ${refused} (connection refused)`
  if (/context deadline exceeded|Client\.Timeout|i\/o timeout|timeout: /.test(answer))
    return 'no answer in time'
  return answer.trim().split('\n').slice(0, 3).join(' / ') || 'its command failed and printed nothing'
}
