import type { KubeObject } from '../../kube/api.ts'
import type { Registry } from './registry.ts'

export const HOSTING_PATH = '/api/v1/namespaces/kube-public/configmaps/local-registry-hosting'

/** KEP-1755: how other tools learn of the cluster's registry. */
export function hostingConfigMap({ host, container }: Registry): KubeObject {
  const hosting = [
    `host: "${host}"`,
    `hostFromContainerRuntime: "${container}:5000"`,
    `hostFromClusterNetwork: "${container}:5000"`,
  ]
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-registry-hosting', namespace: 'kube-public' },
    data: { 'localRegistryHosting.v1': `${hosting.join('\n')}\n` },
  }
}
