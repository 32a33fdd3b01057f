import { type Clusters, findCluster } from './clusters.ts'
import { locked } from './locked.ts'
import { requireNodes, requireOurs } from './ours.ts'
import { releaseShared } from './shared.ts'

/** Stops the nodes and keeps everything in them. Says whether there was something to stop. */
export function stopCluster(clusters: Clusters, name: string): Promise<'stopped' | 'unchanged'> {
  return locked(clusters, name, `stopping cluster ${name}`, async () => {
    const { provider, nodes } = requireNodes(requireOurs(name, await findCluster(clusters, name)))
    if (!nodes.some(node => node.running)) return 'unchanged'
    await clusters.steps.during(`Stopping ${nodes.length === 1 ? 'the node' : `${nodes.length} nodes`}`, () =>
      clusters.providers[provider].stop(name),
    )
    await releaseShared(clusters, { purge: false })
    return 'stopped'
  })
}
