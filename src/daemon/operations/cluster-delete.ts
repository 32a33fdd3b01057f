import { openClusters } from '../../cluster/clusters.ts'
import { deleteCluster } from '../../cluster/delete-cluster.ts'
import { askedName } from '../asked-cluster.ts'
import type { Operation } from './operation.ts'

export const clusterDelete: Operation<'cluster.delete'> = async (input, context) => {
  const name = await askedName(input.name, context.folder)
  const removed = await deleteCluster(await openClusters(context), name, { purge: input.purge })
  return { name, removed }
}
