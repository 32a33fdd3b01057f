import { groupOf, type KubeObject } from '../object.ts'

const clusterScoped: Record<string, readonly string[]> = {
  '': ['Namespace', 'Node', 'PersistentVolume'],
  'admissionregistration.k8s.io': [
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'],
}

/** Whether an object is in no namespace, as far as it can be told without a cluster: by name, or by a CRD beside it. */
export function isClusterScoped(object: KubeObject, beside: readonly KubeObject[]): boolean {
  const group = groupOf(object.apiVersion)
  if (clusterScoped[group]?.includes(object.kind)) return true
  return beside.some(other => {
    if (other.kind !== 'CustomResourceDefinition') return false
    const spec = other['spec'] as CrdSpec | undefined
    return spec?.group === group && spec.names?.kind === object.kind && spec.scope === 'Cluster'
  })
}

export interface CrdSpec {
  group?: string
  scope?: 'Cluster' | 'Namespaced'
  names?: { kind?: string; plural?: string }
  versions?: { name: string; served?: boolean }[]
}
