import { openClusters } from '../../cluster/clusters.ts'
import { stopCluster } from '../../cluster/stop-cluster.ts'
import { askedName } from '../asked-cluster.ts'
import type { Operation } from './operation.ts'

export const clusterStop: Operation<'cluster.stop'> = async (input, context) => {
  const name = await askedName(input.name, context.folder)
  return { name, outcome: await stopCluster(await openClusters(context), name) }
}
