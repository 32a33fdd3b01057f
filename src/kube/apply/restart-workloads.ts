import type { KubeApi } from '../api.ts'
import type { ObjectIdentity } from './identity.ts'
import { pathOf, resourcesOf } from './resources.ts'

const RESTARTABLE = ['Deployment', 'StatefulSet', 'DaemonSet']

/**
 * Has every pod of the workloads replaced, as `kubectl rollout restart` does: an annotation of the pod template, under a
 * field manager of its own, so that the next apply leaves it. Answers the workloads with the generation to wait for.
 */
export async function restartWorkloads(
  api: KubeApi,
  objects: readonly ObjectIdentity[],
  signal: AbortSignal,
): Promise<ObjectIdentity[]> {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() }
  const restarting = objects
    .filter(({ kind }) => RESTARTABLE.includes(kind))
    .map(async object => {
      const { apiVersion, kind, name, namespace } = object
      const path = pathOf(await resourcesOf(api).resolve(object, signal), object)
      const metadata = { name, ...(namespace !== undefined && { namespace }) }
      const spec = { template: { metadata: { annotations } } }
      const { object: now } = await api.apply(
        path,
        { apiVersion, kind, metadata, spec },
        { signal, manager: 'devk-restart' },
      )
      const { generation } = now.metadata
      return { ...object, ...(generation !== undefined && { generation }) }
    })
  return await Promise.all(restarting)
}
