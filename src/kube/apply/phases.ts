import { hasPodTemplate } from '../manifests/pod-templates.ts'
import type { KubeObject, ObjectName } from '../object.ts'

/** In this order objects are applied; in the other one they are removed. */
export const phases = ['namespaces', 'definitions', 'config', 'workloads', 'rest'] as const
export type Phase = (typeof phases)[number]

const config = new Set([
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'CSIDriver',
  'ResourceQuota',
  'LimitRange',
  'PriorityClass',
  'RuntimeClass',
  'IngressClass',
  'NetworkPolicy',
  'Service',
  'Endpoints',
  'EndpointSlice',
])

/** Workloads find what they read; what reads workloads, or is read by an operator among them, comes last. */
export function phaseOf({ apiVersion, kind }: Pick<ObjectName, 'apiVersion' | 'kind'>): Phase {
  const builtIn = !apiVersion.includes('.') || /\.k8s\.io\//.test(apiVersion)
  if (kind === 'Namespace' && apiVersion === 'v1') return 'namespaces'
  if (kind === 'CustomResourceDefinition') return 'definitions'
  if (builtIn && config.has(kind)) return 'config'
  if (hasPodTemplate({ apiVersion, kind, metadata: { name: '' } } satisfies KubeObject)) return 'workloads'
  return 'rest'
}
