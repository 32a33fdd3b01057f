import type { ObjectMeta } from '../object.ts'

/** What is kept of a cluster's objects: what somebody reads, and nothing of the rest. */
export type Meta = Pick<
  ObjectMeta,
  | 'name'
  | 'namespace'
  | 'uid'
  | 'labels'
  | 'annotations'
  | 'generation'
  | 'resourceVersion'
  | 'creationTimestamp'
  | 'deletionTimestamp'
  | 'ownerReferences'
>

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

export interface Pod {
  metadata: Meta
  spec: {
    nodeName?: string
    restartPolicy?: string
    containers: PodContainer[]
    initContainers?: PodContainer[]
  }
  status: {
    phase?: string
    reason?: string
    message?: string
    podIP?: string
    startTime?: string
    conditions?: Condition[]
    containerStatuses?: ContainerStatus[]
    initContainerStatuses?: ContainerStatus[]
    ephemeralContainerStatuses?: ContainerStatus[]
  }
}

export interface PodContainer {
  name: string
  image?: string
  /** `Always` makes an init container a sidecar. */
  restartPolicy?: string
  ports?: { name?: string; containerPort: number; protocol?: string }[]
  readinessProbe?: { initialDelaySeconds?: number }
}

export interface ContainerStatus {
  name: string
  ready?: boolean
  started?: boolean
  restartCount?: number
  containerID?: string
  imageID?: string
  state?: ContainerState
  lastState?: ContainerState
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string }
  running?: { startedAt?: string }
  terminated?: Termination
}

export interface Termination {
  exitCode: number
  signal?: number
  reason?: string
  message?: string
  startedAt?: string
  finishedAt?: string
}

export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'] as const
export type WorkloadKind = (typeof workloadKinds)[number]

export interface Workload {
  kind: WorkloadKind
  metadata: Meta
  spec: {
    replicas?: number
    paused?: boolean
    suspend?: boolean
    completions?: number
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } }
  }
  status: {
    observedGeneration?: number
    replicas?: number
    updatedReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    currentRevision?: string
    updateRevision?: string
    desiredNumberScheduled?: number
    updatedNumberScheduled?: number
    numberReady?: number
    numberAvailable?: number
    active?: number
    succeeded?: number
    failed?: number
    conditions?: Condition[]
  }
}

export interface KubeEvent {
  uid: string
  about: { kind: string; name: string; uid: string }
  /** The container that it is about, where it is about one. */
  container?: string
  type: string
  reason: string
  message: string
  /** When it happened last, in milliseconds; Kubernetes tells it in whole seconds. */
  at: number
}

/** What was seen in a namespace at one moment. */
export interface Snapshot {
  namespace: string
  /** Grows with each change. */
  version: number
  pods: readonly Pod[]
  workloads: readonly Workload[]
  events: readonly KubeEvent[]
  /** Since when the cluster is not heard of: what is here may be old. */
  lost?: { since: number; why: string } | undefined
  /** By node, in whole seconds: what runs since before is a memory of the cluster's. */
  nodeStarts?: ReadonlyMap<string, number>
}
