import { settleCluster } from '../cluster/finish-cluster.ts'
import type { Node } from '../engine/node.ts'
import { type ClusterOutput, clusterId, inputOf, nodesId } from './outputs.ts'
import type { RunContext } from './run-context.ts'

/** A new cluster's nodes are Ready to run pods. */
export function nodesNode({ clusters, project }: RunContext): Node {
  const { name, provider } = project.cluster
  return {
    id: nodesId,
    title: `nodes of cluster ${name}`,
    needs: [clusterId],
    fingerprint: async inputs => ({ cluster: inputOf<ClusterOutput>(inputs, clusterId).identity }),
    async apply(_, signal) {
      if (provider !== 'existing') await settleCluster({ ...clusters, signal }, name)
      return {}
    },
  }
}
