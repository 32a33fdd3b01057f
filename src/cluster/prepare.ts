import { pullIfMissing } from '../docker/images.ts'
import { findTool } from '../exec/tools.ts'
import type { ClusterSpec } from '../model/cluster.ts'
import { checkPorts } from './check-ports.ts'
import type { Clusters, FoundCluster } from './clusters.ts'
import { nodeImage } from './images.ts'
import { parseProviderConfig } from './merge-config.ts'

/** Throws what can be known before anything is made or taken away: the image, the tools, the configuration, the ports. */
export async function prepare(
  { connection, images, providers, signal, steps }: Clusters,
  spec: ClusterSpec,
  old: FoundCluster | undefined,
): Promise<void> {
  const image = nodeImage(spec, images)
  parseProviderConfig(spec.config)
  await Promise.all(providers[spec.provider].tools.map(tool => findTool(tool)))
  // The provider fetches a missing image itself; but an old cluster must not go for one that can't be had.
  if (old && image && !image.startsWith('+')) {
    await steps.during(`Ensuring node image (${image})`, () =>
      pullIfMissing(connection.docker, image, signal),
    )
  }
  const running = old?.nodes.some(node => node.running) === true
  const held = new Set(running ? old?.record?.spec.ports.map(({ host }) => host) : [])
  await checkPorts(
    connection.docker,
    spec.ports.filter(({ host }) => !held.has(host)),
  )
}
