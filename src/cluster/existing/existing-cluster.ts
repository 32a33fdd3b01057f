import { KubeConfig } from '@kubernetes/client-node'
import { DevkError } from '../../base/errors.ts'
import { kubeApi } from '../../kube/api.ts'
import { serverOf } from '../../kube/kubeconfig.ts'
import type { ClusterNode, ClusterState, ClusterStatus, ExistingCluster } from '../../model/cluster.ts'
import { guard } from '../guard.ts'
import { heardOf, type NodeObject } from '../node-objects.ts'

/** The connection to a cluster that somebody else made. Throws CONTEXT_MISSING, or CLUSTER_REMOTE where it is unsure. */
export function connectExisting({ context, remote }: ExistingCluster): KubeConfig {
  const config = new KubeConfig()
  config.loadFromDefault()
  if (!config.getContextObject(context)) {
    const names = config.getContexts().map(({ name }) => name)
    throw new DevkError({
      code: 'CONTEXT_MISSING',
      message: `Your kubeconfig has no context ${context}.`,
      hint:
        names.length > 0
          ? `It has ${names.join(', ')}.`
          : 'It has none at all: is KUBECONFIG set as it should be?',
    })
  }
  config.setCurrentContext(context)
  guard({ context, server: serverOf(config), remote })
  return config
}

export async function existingStatus(cluster: ExistingCluster, signal: AbortSignal): Promise<ClusterStatus> {
  const api = kubeApi(connectExisting(cluster))
  const heard = await askNodes(api, signal)
  return { name: cluster.name, provider: 'existing', ours: false, ports: [], api: api.server, ...heard }
}

async function askNodes(
  api: ReturnType<typeof kubeApi>,
  signal: AbortSignal,
): Promise<{ state: ClusterState; nodes: ClusterNode[] }> {
  try {
    const { items } = await api.get<{ items: NodeObject[] }>('/api/v1/nodes', { signal })
    return { state: { is: 'running' }, nodes: items.map(nodeOf) }
  } catch (error) {
    signal.throwIfAborted()
    return { state: { is: 'unreachable', why: (error as Error).message }, nodes: [] }
  }
}

function nodeOf(node: NodeObject): ClusterNode {
  const { name, labels } = node.metadata
  const isControlPlane = labels !== undefined && 'node-role.kubernetes.io/control-plane' in labels
  return {
    name,
    role: isControlPlane ? 'control-plane' : 'worker',
    running: true,
    image: '',
    ...heardOf(node),
  }
}
