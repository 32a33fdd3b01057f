import { clusterKubeconfig as kubeconfigOf } from '../../cluster/cluster-kubeconfig.ts'
import { openClusters } from '../../cluster/clusters.ts'
import { existingKubeconfig } from '../../cluster/existing/existing-cluster.ts'
import { askedExisting, askedName } from '../asked-cluster.ts'
import type { Operation } from './operation.ts'

export const clusterKubeconfig: Operation<'cluster.kubeconfig'> = async ({ name, merge }, context) => {
  const existing = await askedExisting(name, context.folder)
  if (existing) return existingKubeconfig(existing)
  return await kubeconfigOf(await openClusters(context), await askedName(name, context.folder), { merge })
}
