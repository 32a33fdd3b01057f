import type Docker from 'dockerode'
import { isStatus } from '../docker/explain.ts'
import { thawing } from './thaw.ts'

/** How long a node may take to end its pods in good order before Docker kills it: Docker's own patience. */
const GRACE_SECONDS = 10

/** One after the other, in the order given. */
export async function startContainers(
  docker: Docker,
  containers: readonly Docker.ContainerInfo[],
  signal: AbortSignal,
): Promise<void> {
  for (const { Id } of containers) {
    signal.throwIfAborted()
    await already(docker.getContainer(Id).start())
  }
}

export async function stopContainers(
  docker: Docker,
  containers: readonly Docker.ContainerInfo[],
): Promise<void> {
  const ids = containers.map(container => container.Id)
  await thawing(ids, () =>
    Promise.all(ids.map(id => already(docker.getContainer(id).stop({ t: GRACE_SECONDS })))),
  )
}

/** A container that runs or is stopped already answers so. */
export async function already(request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!isStatus(error, 304)) throw error
  }
}
