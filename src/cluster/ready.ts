import type Docker from 'dockerode'
import { DevkError } from '../base/errors.ts'
import { poll } from '../base/time.ts'
import type { KubeApi } from '../kube/api.ts'
import type { ClusterNode } from '../model/cluster.ts'
import type { NodeObject } from './node-objects.ts'

interface PodObject {
  metadata: { name: string; namespace: string; labels?: Record<string, string> }
  spec: { nodeName?: string }
  status: {
    conditions?: { type: string; status: string }[]
    containerStatuses?: { state?: { running?: { startedAt: string } } }[]
    podIPs?: { ip: string }[]
  }
}

/** Where connections to a Service go. */
interface EndpointSlice {
  metadata: { namespace: string; labels?: Record<string, string> }
  endpoints?: { addresses: string[]; targetRef?: { kind?: string; name?: string } }[] | null
}

interface List<T> {
  items: T[]
}

export interface WaitOptions {
  signal: AbortSignal
  /** Told what is still missing, whenever that changes. */
  say: (missing: string) => void
}

/** When each node was started last, in whole seconds. */
export type NodeStarts = ReadonlyMap<string, number>

const LIMIT_MS = 5 * 60_000

export async function nodeStarts(docker: Docker, nodes: readonly ClusterNode[]): Promise<NodeStarts> {
  const entries = nodes.map(async ({ name }) => {
    const { State } = await docker.getContainer(name).inspect()
    return [name, wholeSeconds(State.StartedAt)] as const
  })
  return new Map(await Promise.all(entries))
}

/**
 * Waits until every node has said that it is Ready since it was started, and pods can be made. What a stopped
 * cluster's API still says of its nodes and pods is older than their start, and counts for nothing.
 * Throws CLUSTER_NOT_READY with what it last waited for.
 */
export async function waitForNodes(api: KubeApi, started: NodeStarts, options: WaitOptions): Promise<void> {
  const { signal } = options
  await waitFor('the nodes', options, async () => {
    const { items } = await api.get<List<NodeObject>>('/api/v1/nodes', { signal })
    return (
      [...started]
        .map(([name, since]) => nodeProblem(items, name, since))
        .find(problem => problem !== undefined) ?? (await accountProblem(api, signal))
    )
  })
}

/**
 * Waits until the API knows of every pod what became of it by the start, Services lead to where the pods are now, and
 * the cluster's DNS runs again. Until then a pod may be told to be Ready, at an address that is another pod's by now.
 */
export async function waitForPods(api: KubeApi, started: NodeStarts, options: WaitOptions): Promise<void> {
  const { signal } = options
  const startOf = ({ spec }: PodObject) => started.get(spec.nodeName ?? '') ?? 0
  await waitFor('the pods', options, async () => {
    const [{ items }, slices] = await Promise.all([
      api.get<List<PodObject>>('/api/v1/pods', { signal }),
      api.get<List<EndpointSlice>>('/apis/discovery.k8s.io/v1/endpointslices', { signal }),
    ])
    const stale = items.find(pod => isStale(pod, startOf(pod)))
    if (stale)
      return `nothing was heard of pod ${stale.metadata.namespace}/${stale.metadata.name} since the start`
    const astray = slices.items.find(slice => leadsAstray(slice, items))
    if (astray) {
      const service = astray.metadata.labels?.['kubernetes.io/service-name'] ?? ''
      return `Service ${astray.metadata.namespace}/${service} leads to where its pods were before`
    }
    const dns = items.filter(({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-dns')
    return dns.some(pod => runsSince(pod, startOf(pod))) ? undefined : 'no DNS pod is Ready yet'
  })
}

/** Waits until nothing is missing any more: `look` answers what is still missing, or undefined. */
export async function waitFor(
  what: string,
  { signal, say }: WaitOptions,
  look: () => Promise<string | undefined>,
): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_MS)
  let missing = 'nothing was heard'
  try {
    await poll(
      async () => {
        missing = (await look().catch(notYet)) ?? ''
        if (missing) say(missing)
        return missing === '' || undefined
      },
      { every: 100, signal: AbortSignal.any([signal, limit]) },
    )
  } catch (cause) {
    if (!limit.aborted || signal.aborted) throw cause
    throw new DevkError({
      code: 'CLUSTER_NOT_READY',
      message: `Waited ${LIMIT_MS / 60_000} minutes for ${what}: ${missing}.`,
      hint: 'The cluster was left as it is; devk doctor looks for what may keep it. Run the command again to go on waiting.',
      cause,
    })
  }
}

/** An API server that is just starting refuses some requests that it will answer soon. */
function notYet(error: unknown): string {
  if (error instanceof DevkError && ['KUBE_UNREACHABLE', 'KUBE_REFUSED'].includes(error.code))
    return error.message
  throw error
}

function nodeProblem(items: readonly NodeObject[], name: string, since: number): string | undefined {
  const ready = items
    .find(node => node.metadata.name === name)
    ?.status.conditions?.find(condition => condition.type === 'Ready')
  if (!ready) return `node ${name} has not reported yet`
  if (wholeSeconds(ready.lastHeartbeatTime) < since)
    return `node ${name} has not reported since it was started`
  return ready.status === 'True'
    ? undefined
    : `node ${name} is not Ready: ${ready.message ?? 'no reason given'}`
}

async function accountProblem(api: KubeApi, signal: AbortSignal): Promise<string | undefined> {
  try {
    await api.get('/api/v1/namespaces/default/serviceaccounts/default', { signal })
    return undefined
  } catch {
    return 'the default service account is not there yet'
  }
}

/** It is told to run since before its node was started. */
function isStale({ status }: PodObject, since: number): boolean {
  const runs = status.containerStatuses?.flatMap(({ state }) => state?.running ?? []) ?? []
  return runs.some(({ startedAt }) => wholeSeconds(startedAt) < since)
}

/** To an address that is no longer the pod's. */
function leadsAstray({ metadata, endpoints }: EndpointSlice, pods: readonly PodObject[]): boolean {
  return (endpoints ?? []).some(({ addresses, targetRef }) => {
    if (targetRef?.kind !== 'Pod') return false
    const pod = pods.find(
      each => each.metadata.name === targetRef.name && each.metadata.namespace === metadata.namespace,
    )
    const own = pod?.status.podIPs?.map(({ ip }) => ip) ?? []
    return own.length > 0 && !addresses.some(address => own.includes(address))
  })
}

function runsSince({ status }: PodObject, since: number): boolean {
  const ready = status.conditions?.some(
    condition => condition.type === 'Ready' && condition.status === 'True',
  )
  const fresh = status.containerStatuses?.every(
    ({ state }) => wholeSeconds(state?.running?.startedAt) >= since,
  )
  return ready === true && fresh === true
}

/** Kubernetes' times have no fractions of a second; both clocks are the kernel's under the nodes. */
function wholeSeconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000)
}
