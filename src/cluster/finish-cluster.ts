import type { KubeApi } from '../kube/api.ts'
import { mergeContext } from '../kube/merge-kubeconfig.ts'
import type { ClusterNode } from '../model/cluster.ts'
import { markCluster } from './adopt.ts'
import { type Clusters, findCluster } from './clusters.ts'
import { kubeApiOf } from './connect-cluster.ts'
import { locked } from './locked.ts'
import { nodeStarts, waitFor, waitForNodes } from './ready.ts'
import type { ClusterRecord } from './record.ts'
import { HOSTING_PATH, hostingConfigMap } from './registry/config-map.ts'
import type { Registry } from './registry/registry.ts'

/** What is left once the provider is done; each part may be done again. */
export async function finishCluster(
  clusters: Clusters,
  record: ClusterRecord,
  nodes: readonly ClusterNode[],
  registry: Registry,
): Promise<void> {
  const api = await apiOf(clusters, record)
  await settle(clusters, api, await furnish(clusters, api, record, nodes, registry), nodes)
}

/** All that it takes to give the cluster work: its nodes may not be Ready yet. */
export async function furnishCluster(
  clusters: Clusters,
  record: ClusterRecord,
  nodes: readonly ClusterNode[],
  registry: Registry,
): Promise<void> {
  await furnish(clusters, await apiOf(clusters, record), record, nodes, registry)
}

/** Waits until pods can run in a cluster that was left furnished; nothing where that was seen before. */
export function settleCluster(clusters: Clusters, name: string): Promise<void> {
  return locked(clusters, name, `waiting for cluster ${name}`, async () => {
    const found = await findCluster(clusters, name)
    if (found?.record?.phase !== 'finishing') return
    const api = await apiOf(clusters, found.record)
    await settle(clusters, api, found.record, await clusters.providers[found.provider].nodes(name))
  })
}

function apiOf(clusters: Clusters, { spec }: ClusterRecord): Promise<KubeApi> {
  return kubeApiOf(clusters, spec.name, spec.provider)
}

async function furnish(
  clusters: Clusters,
  api: KubeApi,
  record: ClusterRecord,
  nodes: readonly ClusterNode[],
  registry: Registry,
): Promise<ClusterRecord> {
  const { connection, providers, records, signal } = clusters
  const { name, provider } = record.spec
  const furnished: ClusterRecord = { ...record, phase: 'finishing', registryPort: registry.port }
  await Promise.all([
    providers[provider].wire(name, registry),
    // Whoever finds only what the nodes carry finds a cluster that stands.
    markCluster(connection.docker, nodes, { ...furnished, phase: 'made' }),
    waitFor('the API to take the registry’s ConfigMap', { signal, say: () => {} }, async () => {
      await api.apply(HOSTING_PATH, hostingConfigMap(registry), { signal })
      return undefined
    }),
  ])
  if (furnished.mergedInto) await mergeAgain(clusters, furnished.mergedInto, record)
  await records.write(furnished)
  return furnished
}

async function settle(
  clusters: Clusters,
  api: KubeApi,
  record: ClusterRecord,
  nodes: readonly ClusterNode[],
): Promise<void> {
  const { connection, records, steps, signal } = clusters
  await steps.during('Waiting for the nodes', async say =>
    waitForNodes(api, await nodeStarts(connection.docker, nodes), { signal, say }),
  )
  await records.write({ ...record, phase: 'made' })
}

/** A cluster made anew has other keys than the one that the user's kubeconfig knew. */
async function mergeAgain(
  { providers, signal }: Clusters,
  files: readonly string[],
  { spec: { name, provider } }: ClusterRecord,
): Promise<void> {
  const kubeconfig = await providers[provider].kubeconfig(name)
  for (const file of files) await mergeContext(file, kubeconfig, `${provider}-${name}`, signal)
}
