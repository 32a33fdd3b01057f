import type { ContainerStatus, Pod } from './objects.ts'

/** Of whichever kind the container is. */
export function containerStatus({ status }: Pod, container: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    ({ name }) => name === container,
  )
}

/** The runtime's own word for it: `containerd://ID`. */
export function runtimeId(status: ContainerStatus | undefined): string | undefined {
  return /:\/\/(\w+)$/.exec(status?.containerID ?? '')?.[1]
}
