import { findTool } from '../exec/tools.ts'
import type { ClusterSpec } from '../model/cluster.ts'
import { checkPorts } from './check-ports.ts'
import type { Clusters, FoundCluster } from './clusters.ts'
import { nodeImage } from './images.ts'
import { parseProviderConfig } from './merge-config.ts'

/** Throws what can be known before anything is made or taken away: the image, the tools, the configuration, the ports. */
export async function prepare(
  { connection, images, providers }: Clusters,
  spec: ClusterSpec,
  old: FoundCluster | undefined,
): Promise<void> {
  nodeImage(spec, images)
  parseProviderConfig(spec.config)
  await Promise.all(providers[spec.provider].tools.map(tool => findTool(tool)))
  const running = old?.nodes.some(node => node.running) === true
  const held = new Set(running ? old?.record?.spec.ports.map(({ host }) => host) : [])
  await checkPorts(
    connection.docker,
    spec.ports.filter(({ host }) => !held.has(host)),
  )
}
