import type Docker from 'dockerode'
import { isStatus } from '../docker/explain.ts'
import { containerName } from './node-containers.ts'
import { REGISTRY_CONTAINER } from './registry/registry.ts'

/** Removes a cluster's network once nothing but the shared registry is on it: stopped containers need it too. */
export async function removeNetworkIfUnused(docker: Docker, name: string): Promise<string[]> {
  const users = await docker.listContainers({ all: true, filters: { network: [name] } })
  if (users.some(user => containerName(user) !== REGISTRY_CONTAINER)) return []
  const network = docker.getNetwork(name)
  try {
    if (users.length > 0) await network.disconnect({ Container: REGISTRY_CONTAINER, Force: true })
    await network.remove()
    return [`network ${name}`]
  } catch (error) {
    if (isStatus(error, 404)) return []
    throw error
  }
}
