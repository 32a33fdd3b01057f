import type Docker from 'dockerode'
import type { Clusters } from './clusters.ts'
import { KIND_NETWORK, k3dLabels, kindLabels } from './node-labels.ts'
import type { RecordStore } from './record.ts'
import { findRegistry } from './registry/container.ts'
import { REGISTRY_CONTAINER, REGISTRY_VOLUME } from './registry/registry.ts'
import { removeNetworkIfUnused } from './remove-network.ts'

/**
 * Lets go of what all clusters of the machine share. Once none runs, the registry stops; once none is left, its
 * container goes and kind's network with it, while its data stay in their volume for the next cluster. With `purge`
 * they go too. Returns what was removed.
 */
export async function releaseShared(
  { connection: { docker }, records }: Clusters,
  { purge }: { purge: boolean },
): Promise<string[]> {
  const [nodes, registry] = await Promise.all([clusterNodes(docker), findRegistry(docker)])
  if (nodes.length > 0 || (await isBeingMade(records))) {
    if (registry && nodes.length > 0 && nodes.every(node => node.State !== 'running'))
      await registry.stop({ t: 5 })
    return []
  }
  await registry?.remove({ force: true })
  return [
    ...(registry ? [`container ${REGISTRY_CONTAINER}`] : []),
    ...(await removeNetworkIfUnused(docker, KIND_NETWORK)),
    ...(purge ? await removeData(docker) : []),
  ]
}

async function clusterNodes(docker: Docker): Promise<Docker.ContainerInfo[]> {
  const listings = [kindLabels, k3dLabels].map(({ cluster }) =>
    docker.listContainers({ all: true, filters: { label: [cluster] } }),
  )
  return (await Promise.all(listings)).flat()
}

/** A cluster whose first node is not there yet counts on the registry and the network already. */
async function isBeingMade(records: RecordStore): Promise<boolean> {
  const all = await Promise.all((await records.list()).map(name => records.read(name).catch(() => undefined)))
  return all.some(record => record?.phase === 'creating')
}

async function removeData(docker: Docker): Promise<string[]> {
  const { Volumes } = await docker.listVolumes({ filters: { name: [REGISTRY_VOLUME] } })
  if (!Volumes.some(volume => volume.Name === REGISTRY_VOLUME)) return []
  await docker.getVolume(REGISTRY_VOLUME).remove()
  return [`volume ${REGISTRY_VOLUME}`]
}
