import type { Hidden } from '../base/hidden/hidden.ts'
import type { Clusters } from '../cluster/clusters.ts'
import type { NodeProcesses } from '../cluster/node-processes.ts'
import type { NodeRoutes } from '../cluster/node-routes.ts'
import type { Dialect } from '../docker/build/ignore-pattern.ts'
import type { StatCache } from '../docker/build/stat-cache.ts'
import type { DockerConnection } from '../docker/connect.ts'
import type { Run } from '../exec/run.ts'
import type { Forwards } from '../forward/forwards.ts'
import type { KubeApi } from '../kube/api.ts'
import type { ObjectIdentity } from '../kube/apply/identity.ts'
import type { PodDialer } from '../kube/pod-dialer.ts'
import type { Live } from '../kube/rollout/live.ts'
import type { Project } from '../model/project.ts'
import type { OpenSecrets } from './open-secrets.ts'
import type { ClusterOutput } from './outputs.ts'

/** What a run's nodes work with: opened by the session, and closed by it. */
export interface RunContext {
  project: Project
  clusters: Clusters
  run: Run
  stats: StatCache
  /** Which rules of .dockerignore Docker's client follows. */
  dialect: () => Promise<Dialect>
  /** What was found out about base images in this run. */
  bases: Map<string, Promise<string | undefined>>
  pruneVolumes: boolean
  /** Whether a change of this file is written into the service's containers, so that its image can stay. */
  leads(service: string, file: string): boolean
  /** Resolves once what runs of the service is what its sources say, as far as they are written into its containers. */
  caughtUp(service: string, signal: AbortSignal): Promise<void>
  forwards: OpenForwards
  secrets: OpenSecrets
  /** Told what a Secret holds, before it is applied: from then on nothing that is kept or shown has it. */
  hide: Hidden['hide']
  /** The connection that is open, or a new one: `anew` where the cluster was started or made. */
  access(cluster: ClusterOutput, how?: { anew: boolean }): Promise<ClusterAccess>
  /** Resolves once no node of a cluster that is being made is at fetching one of these images; tells where that waits. */
  imagesSettled(images: readonly string[], waits: () => void): Promise<void>
  /** The objects that the records of other nodes than this one name. */
  namedElsewhere(id: string): Promise<ObjectIdentity[]>
  /** The versions of the project's objects as the cluster has them, asked once a run. */
  inventory(cluster: ClusterOutput, signal: AbortSignal): Promise<ReadonlyMap<string, string>>
}

export interface ClusterAccess {
  api: KubeApi
  /** What goes on in the project's namespace. */
  live: Live
  dialer: PodDialer
  /** Where the cluster's nodes are containers of this machine. */
  docker?: DockerConnection | undefined
  /** The same. */
  routes?: NodeRoutes | undefined
  /** The same. */
  processes?: NodeProcesses | undefined
}

/** They outlive the run, and connections to the cluster: each is carried over the one that is open by then. */
export interface OpenForwards {
  forwards: Forwards
  current(): ClusterAccess | undefined
  /** Whether a pod runs something else than the service's sources say: nobody is led there. */
  isBehind(service: string, pod: string): boolean
}
