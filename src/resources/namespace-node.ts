import type { Node } from '../engine/node.ts'
import { applyObjects } from '../kube/apply/apply-objects.ts'
import { namespaceObject } from '../kube/manifests/prepare.ts'
import type { KubeObject } from '../kube/object.ts'
import { isRefusal } from '../kube/refusal.ts'
import { type ClusterOutput, clusterId, inputOf, namespaceIdOf } from './outputs.ts'
import type { RunContext } from './run-context.ts'

/** A namespace that the project needs: its own, or one that a secret goes to. */
export function namespaceNode({ project, access, hide }: RunContext, namespace: string): Node {
  return {
    id: namespaceIdOf(project, namespace),
    title: `namespace ${namespace}`,
    needs: [clusterId],
    fingerprint: async inputs => ({
      namespace,
      cluster: inputOf<ClusterOutput>(inputs, clusterId).identity,
    }),
    async lost(_, inputs, signal) {
      const { api } = await access(inputOf<ClusterOutput>(inputs, clusterId))
      try {
        const { metadata } = await api.get<KubeObject>(`/api/v1/namespaces/${namespace}`, { signal })
        return metadata.deletionTimestamp === undefined ? undefined : 'it is being removed'
      } catch (error) {
        if (isRefusal(error, 404)) return 'it is gone'
        throw error
      }
    },
    async apply({ inputs, say, remember }, signal) {
      const { api } = await access(inputOf<ClusterOutput>(inputs, clusterId))
      await remember({ namespace })
      const [applied] = await applyObjects(api, [namespaceObject(namespace, project.name)], {
        signal,
        hide,
        say,
      })
      return { namespace, identity: { ...applied?.identity } }
    },
  }
}
