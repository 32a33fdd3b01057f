import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Place } from '../cluster/node-routes.ts'
import type { Pod } from '../kube/rollout/objects.ts'
import type { ClusterAccess } from './run-context.ts'

/** A pod that is there answers within a few milliseconds; one that is gone may never. */
const LIMIT_MS = 1_000

/** The shortest way that there is: through the pod's node where this machine reaches it, else through the API server. */
export async function dialPod(
  { dialer, routes }: ClusterAccess,
  pod: Pod,
  port: number,
  signal: AbortSignal,
): Promise<Duplex> {
  const place = placeOf(pod, port)
  const address = place && (await routes?.to(place))
  if (!address) return await dialer.dial(pod.metadata.name, port, signal)
  const socket = connect({ ...address, allowHalfOpen: true, noDelay: true })
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]) })
    return socket
  } catch {
    socket.destroy()
    signal.throwIfAborted()
    // It may listen on the pod's loopback only, which the other way reaches.
    routes?.forget(place)
    return await dialer.dial(pod.metadata.name, port, signal)
  }
}

function placeOf({ spec, status }: Pod, port: number): Place | undefined {
  const { nodeName: node } = spec
  const { podIP: ip, containerStatuses = [] } = status
  const starts = containerStatuses.flatMap(({ state }) => state?.running?.startedAt ?? [])
  const since = starts.toSorted().at(-1)
  return node === undefined || ip === undefined || since === undefined ? undefined : { node, ip, port, since }
}
