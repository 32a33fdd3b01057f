import { listClusters } from '../../cluster/cluster-status.ts'
import { openClusters } from '../../cluster/clusters.ts'
import type { Operation } from './operation.ts'

export const clusterList: Operation<'cluster.list'> = async (_, context) =>
  listClusters(await openClusters(context))
