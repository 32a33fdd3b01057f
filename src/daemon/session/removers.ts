import type { Clusters } from '../../cluster/clusters.ts'
import { type Remover, subjectOf } from '../../engine/remove.ts'
import type { ObjectIdentity } from '../../kube/apply/identity.ts'
import { removeObjects } from '../../kube/apply/remove-objects.ts'
import { objectsOf, without } from '../../resources/apply-recorded.ts'
import { removeCluster } from '../../resources/cluster-node.ts'
import { type ClusterOutput, clusterId } from '../../resources/outputs.ts'
import type { Session } from './session.ts'
import type { Summary } from './summary.ts'

/** How each kind of record is undone. Images stay in the registry: they are what the next `up` need not build. */
export function remover(
  session: Session,
  clusters: Clusters,
  { name, cluster, namespace }: Summary,
  {
    keepVolumes,
    purge = false,
    kept = [],
  }: {
    keepVolumes: boolean
    purge?: boolean
    /** What others name by now, and goes with them. */
    kept?: readonly ObjectIdentity[]
  },
): (kind: string) => Remover | undefined {
  const { signal } = clusters
  const remove = async (objects: ObjectIdentity[]): Promise<string[]> => {
    const record = await session.store.read(clusterId)
    if (!record || objects.length === 0) return []
    const { api } = await session.access(clusters, {
      asked: cluster,
      namespace,
      cluster: record.output as ClusterOutput,
    })
    return await removeObjects(api, objects, { project: name, signal, say: () => {}, keepVolumes })
  }
  const removeAll: Remover = record => remove(without(objectsOf([record]), kept))
  const removers: Record<string, Remover> = {
    workload: removeAll,
    secret: removeAll,
    namespace: ({ output }) =>
      remove(output['identity'] ? [output['identity'] as unknown as ObjectIdentity] : []),
    forward: async ({ id }) => {
      await session.forwards.keepOnly(subjectOf(id), [])
      return []
    },
    cluster: record => removeCluster(clusters, record, purge),
  }
  return kind => removers[kind]
}
