import { clusterStatus as statusOf } from '../../cluster/cluster-status.ts'
import { openClusters } from '../../cluster/clusters.ts'
import { askedName } from '../asked-cluster.ts'
import type { Operation } from './index.ts'

export const clusterStatus: Operation<'cluster.status'> = async ({ name }, context) =>
  statusOf(await openClusters(context), await askedName(name, context.folder))
