import type {
  ContainerStatus,
  KubeEvent,
  Pod,
  Snapshot,
  Workload,
} from '../../../src/kube/rollout/objects.ts'

export const NOW = Date.parse('2026-01-01T12:00:00Z')
export const ago = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString().replace('.000', '')

export interface PodLike {
  name?: string
  owner?: string
  labels?: Record<string, string>
  status?: Partial<Pod['status']>
  spec?: Partial<Pod['spec']>
  container?: Partial<ContainerStatus>
  deleting?: boolean
}

/** A pod with one container, `main`. */
export function pod({ name = 'api-1', owner, labels, status, spec, container, deleting }: PodLike = {}): Pod {
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      labels: labels ?? {},
      ...(owner !== undefined && { ownerReferences: [{ kind: 'X', name: 'x', uid: owner }] }),
      ...(deleting && { deletionTimestamp: ago(1) }),
    },
    spec: { containers: [{ name: 'main', image: 'api' }], ...spec },
    status: {
      phase: 'Running',
      containerStatuses: container ? [{ name: 'main', ...container }] : [],
      ...status,
    },
  }
}

export const running = (seconds = 60): Partial<ContainerStatus> => ({
  ready: true,
  started: true,
  state: { running: { startedAt: ago(seconds) } },
})

export function event(
  reason: string,
  message: string,
  more: Partial<KubeEvent> & { pod?: string } = {},
): KubeEvent {
  const { pod = 'api-1', ...rest } = more
  return {
    uid: `${reason}-${message}`,
    about: { kind: 'Pod', name: pod, uid: `uid-${pod}` },
    type: 'Warning',
    reason,
    message,
    at: NOW - 1_000,
    ...rest,
  }
}

export function workload(
  kind: Workload['kind'],
  {
    name = 'api',
    spec = {},
    status = {},
    metadata = {},
  }: {
    name?: string
    spec?: Workload['spec']
    status?: Workload['status']
    metadata?: Partial<Workload['metadata']>
  } = {},
): Workload {
  return {
    kind,
    metadata: { name, namespace: 'shop', uid: `uid-${kind}-${name}`, generation: 1, ...metadata },
    spec,
    status: kind === 'Job' ? status : { observedGeneration: 1, ...status },
  }
}

export function snapshot(seen: Partial<Snapshot> = {}): Snapshot {
  return { namespace: 'shop', version: 1, pods: [], workloads: [], events: [], ...seen }
}

export function identity(kind: string, name = 'api', more: { uid?: string; generation?: number } = {}) {
  const apiVersion = kind === 'Job' ? 'batch/v1' : kind === 'Pod' ? 'v1' : 'apps/v1'
  return { apiVersion, kind, namespace: 'shop', name, uid: '', version: '', ...more }
}
