import { DevkError } from '../base/errors.ts'
import type { ClusterNode, ClusterState, ClusterStatus } from '../model/cluster.ts'
import { type Clusters, type FoundCluster, findCluster } from './clusters.ts'
import { foreignApi, kubeApiOf } from './connect-cluster.ts'
import { heardOf, type NodeObject } from './node-objects.ts'
import { isWreck } from './ours.ts'
import { registryHost } from './registry/container.ts'

/** What there is of a cluster, and what its API says where it answers. Changes nothing. */
export async function clusterStatus(clusters: Clusters, name: string): Promise<ClusterStatus> {
  const found = await findCluster(clusters, name)
  return found ? await describe(clusters, name, found) : absent(name)
}

/** Every cluster that devk made or that stands on this machine, whoever made it. */
export async function listClusters(clusters: Clusters): Promise<ClusterStatus[]> {
  const { providers, records } = clusters
  const names = await Promise.all([records.list(), providers.kind.list(), providers.k3d.list()])
  const statuses = await Promise.all(
    [...new Set(names.flat())].toSorted().map(name => clusterStatus(clusters, name).catch(unreadable(name))),
  )
  return statuses.filter(status => status.state.is !== 'absent')
}

async function describe(clusters: Clusters, name: string, found: FoundCluster): Promise<ClusterStatus> {
  const { provider, record, nodes } = found
  const standing = standingState(found)
  const heard = standing.is === 'running' ? await ask(clusters, name, found) : { state: standing, nodes }
  return {
    name,
    provider,
    ours: record !== undefined,
    ports: record?.spec.ports ?? [],
    ...heard,
    ...(heard.state.is !== 'absent' && {
      registry: await registryHost(clusters.connection.docker),
      kubeconfig: record && clusters.records.kubeconfig(name),
    }),
  }
}

/** What Docker and the record say, without asking the cluster. */
function standingState({ record, nodes }: FoundCluster): ClusterState {
  if (record?.phase === 'creating')
    return { is: 'partial', why: 'its creation is under way, or was interrupted' }
  if (record?.phase === 'deleting')
    return { is: 'partial', why: 'its removal is under way, or was interrupted' }
  if (nodes.length === 0) return { is: 'absent' }
  if (isWreck({ record, nodes })) return { is: 'partial', why: 'its nodes were made and never started' }
  const stopped = nodes.filter(node => !node.running)
  if (stopped.length === nodes.length) return { is: 'stopped' }
  if (stopped.length > 0)
    return { is: 'partial', why: `${stopped.map(node => node.name).join(', ')} is stopped` }
  if (record?.phase === 'finishing') return { is: 'partial', why: 'its nodes were not seen ready yet' }
  return { is: 'running' }
}

interface Heard {
  state: ClusterState
  nodes: ClusterNode[]
  api?: string
}

async function ask(
  clusters: Clusters,
  name: string,
  { provider, nodes, record }: FoundCluster,
): Promise<Heard> {
  try {
    const api = await (record ? kubeApiOf : foreignApi)(clusters, name, provider)
    const { signal } = clusters
    const { items } = await api.get<{ items: NodeObject[] }>('/api/v1/nodes', { signal, timeout: 2_000 })
    return { state: { is: 'running' }, nodes: nodes.map(node => withHeard(node, items)), api: api.server }
  } catch (error) {
    clusters.signal.throwIfAborted()
    return { state: { is: 'unreachable', why: (error as Error).message }, nodes }
  }
}

function withHeard(node: ClusterNode, items: readonly NodeObject[]): ClusterNode {
  const item = items.find(({ metadata }) => metadata.name === node.name)
  return item ? { ...node, ...heardOf(item) } : node
}

function absent(name: string): ClusterStatus {
  return { name, provider: 'kind', state: { is: 'absent' }, ours: false, nodes: [], ports: [] }
}

/** One record that can't be read must not hide the other clusters. */
function unreadable(name: string): (error: unknown) => ClusterStatus {
  return error => {
    if (!(error instanceof DevkError) || error.code !== 'STATE_BROKEN') throw error
    return { ...absent(name), state: { is: 'partial', why: error.message } }
  }
}
