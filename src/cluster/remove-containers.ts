import type Docker from 'dockerode'
import { isStatus } from '../docker/explain.ts'
import { containerName } from './node-containers.ts'
import { thawing } from './thaw.ts'

/** Removes containers with their anonymous volumes; one that is gone already, or going, is fine. */
export async function removeContainers(
  docker: Docker,
  containers: readonly Docker.ContainerInfo[],
  signal: AbortSignal,
): Promise<string[]> {
  return await thawing(
    containers.map(container => container.Id),
    signal,
    () =>
      Promise.all(
        containers.map(async container => {
          await removeContainer(docker.getContainer(container.Id))
          return `container ${containerName(container)}`
        }),
      ),
  )
}

async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true })
  } catch (error) {
    if (isStatus(error, 404)) return
    // Another removal of the same container is on its way: its end is ours too.
    if (!isStatus(error, 409)) throw error
    await container.wait({ condition: 'removed' }).catch(() => {})
  }
}
