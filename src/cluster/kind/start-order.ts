import type Docker from 'dockerode'
import { readContainerFile } from '../../docker/files.ts'

/** Where kind's entrypoint keeps the address that the node had last. */
const LAST_ADDRESS = '/kind/old-ipv4'

/**
 * The order in which nodes get their addresses back: Docker gives the lowest free one, so whoever had the lowest goes
 * first. Nodes that swap addresses find each other only after minutes.
 */
export async function byLastAddress(
  docker: Docker,
  containers: readonly Docker.ContainerInfo[],
): Promise<Docker.ContainerInfo[]> {
  const addressed = await Promise.all(
    containers.map(async container => {
      const address = await readContainerFile(docker.getContainer(container.Id), LAST_ADDRESS)
      return { container, value: numberOf(address) }
    }),
  )
  return addressed.toSorted((a, b) => a.value - b.value).map(({ container }) => container)
}

function numberOf(address = ''): number {
  return address
    .trim()
    .split('.')
    .reduce((value, part) => value * 256 + Number(part), 0)
}
