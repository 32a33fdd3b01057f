import type Docker from 'dockerode'
import type { Clusters } from './clusters.ts'
import { locked } from './locked.ts'
import { KIND_NETWORK, k3dLabels, kindLabels } from './node-labels.ts'
import type { ClusterRecord, RecordStore } from './record.ts'
import { ensureRegistry, findRegistry } from './registry/container.ts'
import { REGISTRY_CONTAINER, REGISTRY_VOLUME, type Registry } from './registry/registry.ts'
import { registrySettings } from './registry/settings.ts'
import { removeNetworkIfUnused } from './remove-network.ts'
import { already } from './start-stop.ts'

/** No cluster can have this name. It is taken after a cluster's own lock, never before. */
const SHARED = '_shared'

/** The machine's registry, running, at the port that the cluster knows it at; where that is, is told before. */
export function sharedRegistry(
  clusters: Clusters,
  record: ClusterRecord | undefined,
  onAddress?: (registry: Registry) => void,
): Promise<Registry> {
  return locked(clusters, SHARED, 'preparing the registry', async () => {
    const settings = await registrySettings(clusters.images, record?.registryPort)
    const { docker } = clusters.connection
    const networks = () => clusterNetworks(docker)
    return await ensureRegistry(docker, settings, { ...clusters, onAddress, networks })
  })
}

/**
 * Lets go of what all clusters of the machine share. Once none runs, the registry stops; once none is left, its
 * container goes and kind's network with it, while its data stay in their volume for the next cluster. With `purge`
 * they go too. Returns what was removed.
 */
export function releaseShared(clusters: Clusters, { purge }: { purge: boolean }): Promise<string[]> {
  const { connection, records, steps } = clusters
  const { docker } = connection
  return locked(clusters, SHARED, 'releasing the registry', async () => {
    const [nodes, registry] = await Promise.all([clusterNodes(docker), findRegistry(docker)])
    const beingMade = await isBeingMade(records)
    if (nodes.length > 0 || beingMade) {
      if (purge) steps.note('The registry’s images are kept: there are other clusters on this machine.')
      const idle = !beingMade && nodes.every(node => node.State !== 'running')
      if (registry && idle) await already(registry.stop({ t: 5 }))
      return []
    }
    await registry?.remove({ force: true })
    return [
      ...(registry ? [`container ${REGISTRY_CONTAINER}`] : []),
      ...(await removeNetworkIfUnused(docker, KIND_NETWORK)),
      ...(purge ? await removeData(docker) : []),
    ]
  })
}

async function clusterNodes(docker: Docker): Promise<Docker.ContainerInfo[]> {
  const listings = [kindLabels, k3dLabels].map(({ cluster }) =>
    docker.listContainers({ all: true, filters: { label: [cluster] } }),
  )
  return (await Promise.all(listings)).flat()
}

/** A registry that somebody removed is known in none of them any more. */
async function clusterNetworks(docker: Docker): Promise<string[]> {
  const nodes = await clusterNodes(docker)
  return [...new Set(nodes.flatMap(node => Object.keys(node.NetworkSettings.Networks)))]
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
