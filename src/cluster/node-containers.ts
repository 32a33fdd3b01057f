import type Docker from 'dockerode'
import type { ClusterNode } from '../model/cluster.ts'
import type { NodeLabels } from './node-labels.ts'

/** The nodes of a cluster, control planes first. */
export async function nodeContainers(
  docker: Docker,
  labels: NodeLabels,
  name: string,
): Promise<ClusterNode[]> {
  const containers = await clusterContainers(docker, labels, name)
  return containers
    .flatMap(container => {
      const role = labels.roles[container.Labels[labels.role] ?? '']
      if (!role) return []
      return [
        {
          name: containerName(container),
          role,
          running: UP.includes(container.State),
          abandoned: container.State === 'created' && Date.now() / 1_000 - container.Created > ABANDONED_S,
          image: container.Image,
        },
      ]
    })
    .toSorted((a, b) => a.role.localeCompare(b.role) || a.name.localeCompare(b.name))
}

/** All that belongs to a cluster, helpers included, running or not. */
export function clusterContainers(
  docker: Docker,
  labels: NodeLabels,
  name: string,
): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: { label: [`${labels.cluster}=${name}`] } })
}

export async function clusterNames(docker: Docker, labels: NodeLabels): Promise<string[]> {
  const containers = await docker.listContainers({ all: true, filters: { label: [labels.cluster] } })
  const names = containers.map(container => container.Labels[labels.cluster] ?? '')
  return [...new Set(names)].filter(name => name !== '').toSorted()
}

export function containerName(container: Docker.ContainerInfo): string {
  return container.Names[0]?.replace(/^\//, '') ?? container.Id
}

/** Whoever makes a node starts it sooner than this. */
const ABANDONED_S = 30

/** A paused node takes its memory and ports as a running one does: it is up, and does not answer. */
const UP = ['running', 'paused', 'restarting']
