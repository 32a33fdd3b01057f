import { containerTrouble } from './container-trouble.ts'
import type { ContainerStatus, KubeEvent, Pod } from './objects.ts'
import { probeTrouble } from './probe-trouble.ts'
import { mountTrouble, sandboxTrouble, scheduleTrouble } from './start-trouble.ts'
import type { Found, Trouble } from './trouble-model.ts'

export type { Trouble } from './trouble-model.ts'

/** The worst that is wrong with a pod; nothing where it is ready, done, still starting, or on its way out. */
export function troubleOf(pod: Pod, events: readonly KubeEvent[], now: number): Trouble | undefined {
  const { metadata, status } = pod
  if (metadata.deletionTimestamp !== undefined || status.phase === 'Succeeded') return undefined
  const own = events.filter(({ about }) => about.uid === metadata.uid)
  const found = [...podTroubles(pod), ...containerTroubles(pod, own)]
  if (found.length === 0 && status.phase === 'Pending') found.push(...startTroubles(pod, own, now))
  const named = found.map(trouble => ({ pod: metadata.name, ...trouble }))
  return named.toSorted((a, b) => gravity(a) - gravity(b))[0]
}

/** What will end a wait soonest comes first. */
function gravity({ fatal, graceMs }: Found): number {
  return fatal ? graceMs : Number.POSITIVE_INFINITY
}

function podTroubles({ status }: Pod): Found[] {
  const { phase, reason, message } = status
  if (reason === 'NodeLost' || reason === 'Evicted' || (phase === 'Failed' && reason !== undefined)) {
    const words = message ?? (reason === 'NodeLost' ? 'its node does not answer' : `it failed: ${reason}`)
    return [{ reason: reason ?? 'Failed', message: words.trim(), fatal: false, graceMs: 0 }]
  }
  return []
}

function containerTroubles(pod: Pod, events: readonly KubeEvent[]): Found[] {
  const { status, spec } = pod
  const all: [ContainerStatus, string][] = [
    ...(status.initContainerStatuses ?? []).map(
      each => [each, 'init container'] as [ContainerStatus, string],
    ),
    ...(status.containerStatuses ?? []).map(each => [each, 'container'] as [ContainerStatus, string]),
  ]
  const restarts = spec.restartPolicy !== 'Never'
  return all.flatMap(([container, noun]) => {
    const own = events.filter(event => event.container === container.name)
    const trouble =
      containerTrouble(container, `${noun} ${container.name}`, own, { restarts }) ??
      probeTrouble(container, own, spec)
    return trouble ? [{ container: container.name, ...trouble }] : []
  })
}

function startTroubles(pod: Pod, events: readonly KubeEvent[], now: number): Found[] {
  const found = scheduleTrouble(pod) ?? mountTrouble(pod, events) ?? sandboxTrouble(pod, events, now)
  return found ? [found] : []
}
