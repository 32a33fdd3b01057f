import type { KubeObject, ObjectMeta } from '../object.ts'
import type {
  ContainerStatus,
  KubeEvent,
  Meta,
  Pod,
  PodContainer,
  Workload,
  WorkloadKind,
} from './objects.ts'

/** A pod without what nobody reads: environments, volumes and managed fields are most of it. */
export function slimPod(object: KubeObject): Pod {
  const { metadata, spec, status } = object as unknown as Pod
  return {
    metadata: slimMeta(metadata),
    spec: {
      ...pick(spec, 'nodeName', 'restartPolicy'),
      containers: spec.containers.map(slimContainer),
      ...(spec.initContainers && { initContainers: spec.initContainers.map(slimContainer) }),
    },
    status: {
      ...pick(status ?? {}, 'phase', 'reason', 'message', 'podIP', 'startTime', 'conditions'),
      ...(status?.containerStatuses && { containerStatuses: status.containerStatuses.map(slimStatus) }),
      ...(status?.initContainerStatuses && {
        initContainerStatuses: status.initContainerStatuses.map(slimStatus),
      }),
      ...(status?.ephemeralContainerStatuses && {
        ephemeralContainerStatuses: status.ephemeralContainerStatuses.map(slimStatus),
      }),
    },
  }
}

export function slimWorkload(kind: WorkloadKind): (object: KubeObject) => Workload {
  return object => {
    const { metadata, spec, status } = object as unknown as Workload
    return {
      kind,
      metadata: slimMeta(metadata),
      spec: pick(spec, 'replicas', 'paused', 'suspend', 'completions', 'updateStrategy'),
      status: status ?? {},
    }
  }
}

export function slimEvent(object: KubeObject): KubeEvent {
  const event = object as unknown as RawEvent
  const { kind = '', name = '', uid = '', fieldPath = '' } = event.involvedObject ?? {}
  const container = /\{(.+)\}$/.exec(fieldPath)?.[1]
  const time =
    event.series?.lastObservedTime ??
    event.lastTimestamp ??
    event.eventTime ??
    event.metadata.creationTimestamp
  return {
    uid: event.metadata.uid ?? event.metadata.name,
    about: { kind, name, uid },
    ...(container !== undefined && { container }),
    type: event.type ?? '',
    reason: event.reason ?? '',
    message: event.message ?? '',
    at: time ? Date.parse(time) : 0,
  }
}

interface RawEvent {
  metadata: ObjectMeta
  involvedObject?: { kind?: string; name?: string; uid?: string; fieldPath?: string }
  type?: string
  reason?: string
  message?: string
  lastTimestamp?: string | null
  eventTime?: string | null
  series?: { lastObservedTime?: string }
}

/** The only annotations that are read: which of its pods are a workload's newest, and which container is meant. */
const ANNOTATIONS = [
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
  'kubectl.kubernetes.io/default-container',
] as const

function slimMeta(metadata: ObjectMeta): Meta {
  const annotations = pick(metadata.annotations ?? {}, ...ANNOTATIONS)
  return {
    ...pick(
      metadata,
      ...(['name', 'namespace', 'uid', 'labels', 'generation', 'resourceVersion'] as const),
      ...(['creationTimestamp', 'deletionTimestamp', 'ownerReferences'] as const),
    ),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  }
}

function slimContainer(container: PodContainer): PodContainer {
  return pick(container, 'name', 'image', 'restartPolicy', 'ports', 'readinessProbe')
}

function slimStatus(status: ContainerStatus): ContainerStatus {
  return pick(
    status,
    ...([
      'name',
      'ready',
      'started',
      'restartCount',
      'containerID',
      'imageID',
      'state',
      'lastState',
    ] as const),
  )
}

function pick<T extends object, K extends keyof T>(object: T, ...keys: K[]): Pick<T, K> {
  const entries = keys.flatMap(key => (object[key] === undefined ? [] : [[key, object[key]] as const]))
  return Object.fromEntries(entries) as unknown as Pick<T, K>
}
