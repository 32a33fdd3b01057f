import { DevkError } from '../base/errors.ts'
import { type Clusters, type FoundCluster, findCluster } from './clusters.ts'
import { kubeApiOf } from './connect-cluster.ts'
import { locked } from './locked.ts'
import { requireOurs } from './ours.ts'
import { waitForDns, waitForNodes } from './ready.ts'
import { ensureRegistry } from './registry/container.ts'
import { registrySettings } from './registry/settings.ts'

/** Starts a stopped cluster and waits until pods can run in it again. Says whether there was something to start. */
export function startCluster(clusters: Clusters, name: string): Promise<'started' | 'unchanged'> {
  return locked(clusters, name, `starting cluster ${name}`, async () => {
    const found = requireOurs(name, await findCluster(clusters, name))
    if (found.record.phase === 'creating' || found.record.phase === 'deleting') {
      throw new DevkError({
        code: 'CLUSTER_PARTIAL',
        message: `Cluster ${name} was not made to the end, so it can't be started.`,
        hint: `devk cluster create ${name} makes it; devk cluster delete ${name} takes it away.`,
      })
    }
    if (found.nodes.every(node => node.running)) return 'unchanged'
    await startFound(clusters, name, found)
    return 'started'
  })
}

export async function startFound(
  clusters: Clusters,
  name: string,
  found: FoundCluster | undefined,
): Promise<void> {
  if (!found) return
  const { connection, providers, steps, signal, images } = clusters
  const provider = providers[found.provider]
  const settings = await registrySettings(images, found.record?.registryPort)
  const registry = await ensureRegistry(connection.docker, settings, clusters)
  await steps.during('Starting the nodes', () => provider.start(name, signal))
  await provider.wire(name, registry)
  const api = await kubeApiOf(clusters, name, found.provider)
  const nodes = await provider.nodes(name)
  await steps.during('Waiting for the nodes', say =>
    waitForNodes(api, connection.docker, nodes, { signal, say }),
  )
  await steps.during('Waiting for DNS', say => waitForDns(api, connection.docker, nodes, { signal, say }))
}
