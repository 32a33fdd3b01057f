import { mergeContext } from '../kube/merge-kubeconfig.ts'
import type { ClusterNode } from '../model/cluster.ts'
import { markCluster } from './adopt.ts'
import type { Clusters } from './clusters.ts'
import { kubeApiOf } from './connect-cluster.ts'
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
  const { connection, providers, records, steps, signal } = clusters
  const { name, provider } = record.spec
  const made: ClusterRecord = { ...record, phase: 'made', registryPort: registry.port }
  const api = await kubeApiOf(clusters, name, provider)
  await Promise.all([
    providers[provider].wire(name, registry),
    markCluster(connection.docker, nodes, made),
    steps.during('Waiting for the nodes', async say =>
      waitForNodes(api, await nodeStarts(connection.docker, nodes), { signal, say }),
    ),
    waitFor('the API to take the registry’s ConfigMap', { signal, say: () => {} }, async () => {
      await api.apply(HOSTING_PATH, hostingConfigMap(registry), { signal })
      return undefined
    }),
  ])
  if (made.mergedInto) await mergeAgain(clusters, made.mergedInto, record)
  await records.write(made)
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
