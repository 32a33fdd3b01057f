import { KubeConfig } from '@kubernetes/client-node'
import { stringify } from 'yaml'
import { DevkError } from '../../base/errors.ts'
import { kubeApi } from '../../kube/api.ts'
import { serverOf } from '../../kube/kubeconfig.ts'
import { readUserConfig } from '../../kube/user-config.ts'
import type { ClusterNode, ClusterState, ClusterStatus, ExistingCluster } from '../../model/cluster.ts'
import { guard } from '../guard.ts'
import { heardOf, type NodeObject } from '../node-objects.ts'

/** The connection to a cluster that somebody else made. Throws CONTEXT_MISSING, or CLUSTER_REMOTE where it is unsure. */
export function connectExisting({ context, remote }: ExistingCluster): KubeConfig {
  const config = readUserConfig()
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

/** The part of the user's kubeconfig that this cluster takes. It is in there already: there is nothing to merge. */
export function existingKubeconfig(cluster: ExistingCluster): {
  name: string
  context: string
  kubeconfig: string
} {
  const config = connectExisting(cluster)
  const part = new KubeConfig()
  const context = config.getContextObject(cluster.context)
  const [server, user] = [config.getCurrentCluster(), config.getCurrentUser()]
  if (server) part.addCluster(server)
  if (user) part.addUser(user)
  if (context) part.addContext(context)
  part.setCurrentContext(cluster.context)
  return {
    name: cluster.name,
    context: cluster.context,
    kubeconfig: stringify(JSON.parse(part.exportConfig())),
  }
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
    abandoned: false,
    image: '',
    ...heardOf(node),
  }
}
