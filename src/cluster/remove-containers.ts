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
    () =>
      Promise.all(
        containers.map(async container => {
          await removeContainer(docker.getContainer(container.Id), signal)
          return `container ${containerName(container)}`
        }),
      ),
  )
}

/** Docker gives up on a container that does not end in time; thawed meanwhile, it ends at the next try. */
const TRIES = 3

async function removeContainer(
  container: Docker.Container,
  signal: AbortSignal,
  tries = TRIES,
): Promise<void> {
  try {
    await container.remove({ force: true, v: true })
  } catch (error) {
    if (isStatus(error, 404)) return
    if (isStatus(error, 500) && tries > 1) return await removeContainer(container, signal, tries - 1)
    // Another removal of the same container is on its way: its end is ours too.
    if (!isStatus(error, 409)) throw error
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(60_000)])
    await container.wait({ condition: 'removed', abortSignal }).catch(() => signal.throwIfAborted())
  }
}
