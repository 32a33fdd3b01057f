import type { Mount } from './mount.ts'
import type { PortMapping } from './port-mapping.ts'

export const providerNames = ['kind', 'k3d', 'existing'] as const
export type ProviderName = (typeof providerNames)[number]

/** A cluster that devk makes, as it is asked for. */
export interface ClusterSpec {
  name: string
  provider: 'kind' | 'k3d'
  workers: number
  /** `1.33` or `1.33.4`; undefined: the newest that this machine has or the provider's own default. */
  kubernetes?: string | undefined
  ports: PortMapping[]
  mounts: Mount[]
  /** Labels of every node. */
  labels: Record<string, string>
  /** The provider's own configuration, merged under what devk sets. */
  config?: ProviderConfig | undefined
}

export interface ProviderConfig {
  path: string
  content: string
}

/** A cluster that somebody else made. */
export interface ExistingCluster {
  name: string
  provider: 'existing'
  context: string
  /** The project says in so many words that it may be remote. */
  remote: boolean
}

export type AskedCluster = ClusterSpec | ExistingCluster

/**
 *                create                     stop
 *   absent ───────────────► running ◄─────────────────► stopped
 *      ▲          │            │  ▲        start
 *      │   killed │            │  │ answers again
 *      │          ▼            ▼  │
 *      └────── partial     unreachable
 *       clean
 */
export type ClusterState =
  | { is: 'absent' }
  /** Half-created or half-deleted: a run was killed. */
  | { is: 'partial'; why: string }
  | { is: 'running' }
  | { is: 'stopped' }
  /** Its nodes run, and its API does not answer. */
  | { is: 'unreachable'; why: string }

export interface ClusterNode {
  name: string
  role: 'control-plane' | 'worker'
  running: boolean
  /** It was made a while ago and never started: nothing can be in it. */
  abandoned: boolean
  image: string
  /** Unknown where the API does not answer. */
  ready?: boolean | undefined
  version?: string | undefined
}

export interface ClusterStatus {
  name: string
  provider: ProviderName
  state: ClusterState
  /** devk made it, and may take it away. */
  ours: boolean
  nodes: ClusterNode[]
  api?: string | undefined
  /** Where images are pushed: `localhost:PORT`. */
  registry?: string | undefined
  ports: PortMapping[]
  kubeconfig?: string | undefined
}

export const defaultClusterName = 'devk'
