import { clusterStatus as statusOf } from '../../cluster/cluster-status.ts'
import { openClusters } from '../../cluster/clusters.ts'
import { existingStatus } from '../../cluster/existing/existing-cluster.ts'
import { askedExisting, askedName } from '../asked-cluster.ts'
import type { Operation } from './operation.ts'

export const clusterStatus: Operation<'cluster.status'> = async ({ name }, context) => {
  const existing = await askedExisting(name, context.folder)
  if (existing) return await existingStatus(existing, context.signal)
  return await statusOf(await openClusters(context), await askedName(name, context.folder))
}
