import { openClusters } from '../../cluster/clusters.ts'
import { startCluster } from '../../cluster/start-cluster.ts'
import { askedName } from '../asked-cluster.ts'
import type { Operation } from './operation.ts'

export const clusterStart: Operation<'cluster.start'> = async (input, context) => {
  const name = await askedName(input.name, context.folder)
  return { name, outcome: await startCluster(await openClusters(context), name) }
}
