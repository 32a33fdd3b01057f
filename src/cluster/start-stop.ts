import type Docker from 'dockerode'
import { isStatus } from '../docker/explain.ts'
import { thawing } from './thaw.ts'

/** How long a node may take to end its pods in good order before Docker kills it: Docker's own patience. */
const GRACE_SECONDS = 10

export async function startContainers(
  docker: Docker,
  containers: readonly Docker.ContainerInfo[],
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  await Promise.all(containers.map(({ Id }) => already(docker.getContainer(Id).start())))
}

export async function stopContainers(
  docker: Docker,
  containers: readonly Docker.ContainerInfo[],
  signal: AbortSignal,
): Promise<void> {
  const ids = containers.map(container => container.Id)
  await thawing(ids, signal, () =>
    Promise.all(ids.map(id => already(docker.getContainer(id).stop({ t: GRACE_SECONDS })))),
  )
}

async function already(request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!isStatus(error, 304)) throw error
  }
}
