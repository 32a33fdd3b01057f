import { clusterKubeconfig as kubeconfigOf } from '../../cluster/cluster-kubeconfig.ts'
import { openClusters } from '../../cluster/clusters.ts'
import { askedName } from '../asked-cluster.ts'
import type { Operation } from './operation.ts'

export const clusterKubeconfig: Operation<'cluster.kubeconfig'> = async ({ name, merge }, context) =>
  kubeconfigOf(await openClusters(context), await askedName(name, context.folder), { merge })
