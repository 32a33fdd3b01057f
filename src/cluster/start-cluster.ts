import { DevkError } from '../base/errors.ts'
import { type Clusters, findCluster } from './clusters.ts'
import { kubeApiOf } from './connect-cluster.ts'
import { finishCluster } from './finish-cluster.ts'
import { locked } from './locked.ts'
import { type OurCluster, requireNodes, requireOurs } from './ours.ts'
import { nodeStarts, waitForNodes, waitForPods } from './ready.ts'
import { sharedRegistry } from './shared.ts'

/** Starts a stopped cluster and waits until pods can run in it again. Says whether there was something to start. */
export function startCluster(clusters: Clusters, name: string): Promise<'started' | 'unchanged'> {
  return locked(clusters, name, `starting cluster ${name}`, async () => {
    const found = requireNodes(requireOurs(name, await findCluster(clusters, name)))
    if (found.record.phase === 'creating' || found.record.phase === 'deleting') {
      throw new DevkError({
        code: 'CLUSTER_PARTIAL',
        message: `Cluster ${name} was not made to the end, so it can't be started.`,
        hint: `devk cluster create ${name} makes it; devk cluster delete ${name} takes it away.`,
      })
    }
    if (found.nodes.every(node => node.running)) return 'unchanged'
    await startFound(clusters, found)
    return 'started'
  })
}

/** The nodes before the registry: each wants the address in the network that it had, and would lose it to a stranger. */
export async function startFound(clusters: Clusters, found: OurCluster): Promise<void> {
  const { connection, providers, steps, signal } = clusters
  const { record } = found
  const { name } = record.spec
  const provider = providers[found.provider]
  await steps.during('Starting the nodes', () => provider.start(name, signal))
  const registry = await sharedRegistry(clusters, record)
  await provider.wire(name, registry)
  const nodes = await provider.nodes(name)
  if (record.phase === 'finishing') return await finishCluster(clusters, record, nodes, registry)
  const api = await kubeApiOf(clusters, name, found.provider)
  const started = await nodeStarts(connection.docker, nodes)
  await steps.during('Waiting for the nodes', say => waitForNodes(api, started, { signal, say }))
  await steps.during('Waiting for the pods', say => waitForPods(api, started, { signal, say }))
}
