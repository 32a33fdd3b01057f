import type { ClusterNode } from '../model/cluster.ts'

/** What is read of a node as the Kubernetes API gives it. */
export interface NodeObject {
  metadata: { name: string; labels?: Record<string, string> }
  status: {
    nodeInfo?: { kubeletVersion?: string }
    conditions?: { type: string; status: string; message?: string; lastHeartbeatTime?: string }[]
  }
}

export function heardOf({ status }: NodeObject): Pick<ClusterNode, 'ready' | 'version'> {
  const ready = status.conditions?.some(
    condition => condition.type === 'Ready' && condition.status === 'True',
  )
  return { ready: ready === true, version: status.nodeInfo?.kubeletVersion?.replace(/^v/, '') }
}
