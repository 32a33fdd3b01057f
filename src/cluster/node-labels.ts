import type { ClusterNode } from '../model/cluster.ts'

/** How a provider labels the containers that belong to a cluster. */
export interface NodeLabels {
  cluster: string
  role: string
  /** The values of the role label that stand for a node, and for which. Other containers are helpers. */
  roles: Readonly<Record<string, ClusterNode['role']>>
}

export const kindLabels: NodeLabels = {
  cluster: 'io.x-k8s.kind.cluster',
  role: 'io.x-k8s.kind.role',
  roles: { 'control-plane': 'control-plane', worker: 'worker' },
}

export const k3dLabels: NodeLabels = {
  cluster: 'k3d.cluster',
  role: 'k3d.role',
  roles: { server: 'control-plane', agent: 'worker' },
}

/** kind has one network for all its clusters, and leaves it behind. */
export const KIND_NETWORK = 'kind'
