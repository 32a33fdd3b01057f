import type Docker from 'dockerode'
import { findRegistry } from './container.ts'
import { REGISTRY_CONTAINER, REGISTRY_VOLUME } from './registry.ts'

/** A cluster's nodes carry one of these labels, whoever made them. */
const NODE_LABELS = ['io.x-k8s.kind.cluster', 'k3d.cluster']

/**
 * Once no cluster runs, the registry stops; once none is left, its container goes, and its data stay in their volume
 * for the next cluster. With `purge` they go too. Returns what was removed.
 */
export async function releaseRegistry(docker: Docker, { purge }: { purge: boolean }): Promise<string[]> {
  const removed: string[] = []
  const nodes = await clusterNodes(docker)
  const registry = await findRegistry(docker)
  if (registry && nodes.length === 0) {
    await registry.remove({ force: true })
    removed.push(`container ${REGISTRY_CONTAINER}`)
  } else if (registry && nodes.every(node => node.State !== 'running')) {
    await registry.stop({ t: 5 }).catch(() => {})
  }
  if (purge && nodes.length === 0 && (await volumeExists(docker))) {
    await docker.getVolume(REGISTRY_VOLUME).remove()
    removed.push(`volume ${REGISTRY_VOLUME}`)
  }
  return removed
}

async function clusterNodes(docker: Docker): Promise<Docker.ContainerInfo[]> {
  const found = await Promise.all(
    NODE_LABELS.map(label => docker.listContainers({ all: true, filters: { label: [label] } })),
  )
  return found.flat()
}

async function volumeExists(docker: Docker): Promise<boolean> {
  const { Volumes } = await docker.listVolumes({ filters: { name: [REGISTRY_VOLUME] } })
  return Volumes.some(volume => volume.Name === REGISTRY_VOLUME)
}
