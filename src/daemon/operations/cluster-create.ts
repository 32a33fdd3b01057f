import { clusterStatus } from '../../cluster/cluster-status.ts'
import { openClusters } from '../../cluster/clusters.ts'
import { createCluster } from '../../cluster/create-cluster.ts'
import { askedSpec } from '../asked-cluster.ts'
import type { Operation } from './operation.ts'

export const clusterCreate: Operation<'cluster.create'> = async (input, context) => {
  const asked = await askedSpec(input, context.folder)
  const clusters = await openClusters(context)
  const outcome = await createCluster(clusters, asked, {
    recreate: input.recreate,
    anew: 'the same command with --recreate',
  })
  return { outcome, cluster: await clusterStatus(clusters, asked.name) }
}
