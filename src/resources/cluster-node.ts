import type { Clusters } from '../cluster/clusters.ts'
import { kubeApiOf } from '../cluster/connect-cluster.ts'
import { createCluster } from '../cluster/create-cluster.ts'
import { deleteCluster } from '../cluster/delete-cluster.ts'
import { connectExisting } from '../cluster/existing/existing-cluster.ts'
import type { Node, NodeRecord } from '../engine/node.ts'
import { type KubeApi, kubeApi } from '../kube/api.ts'
import type { KubeObject } from '../kube/object.ts'
import type { AskedCluster } from '../model/cluster.ts'
import { type ClusterOutput, clusterId } from './outputs.ts'
import type { RunContext } from './run-context.ts'

/** The cluster that the project asks for: made, started, or found as it should be; it takes work then. */
export function clusterNode({ clusters, project, access }: RunContext): Node {
  const asked = project.cluster
  return {
    id: clusterId,
    title: `cluster ${asked.name}`,
    needs: [],
    fingerprint: async () => ({ 'cluster section': JSON.stringify(asked) }),
    async lost({ output }, _, signal) {
      const before = output as ClusterOutput
      const [running, identity] = await Promise.all([
        isRunning(clusters, asked),
        access(before)
          .then(({ api }) => identityOf(api, signal))
          .catch(() => undefined),
      ])
      if (!running) return 'it does not run'
      if (identity === before.identity) return undefined
      return identity === undefined ? 'its API does not answer as before' : 'it was made anew'
    },
    async apply(_, signal) {
      if (asked.provider !== 'existing') {
        const choice = { recreate: false, anew: 'devk cluster create --recreate' }
        await createCluster({ ...clusters, signal }, asked, choice, 'furnished')
      }
      const identity = await identityOf(await clusterApi(clusters, asked), signal)
      const output = { name: asked.name, provider: asked.provider, identity } satisfies ClusterOutput
      // Its address may be another one than before.
      await access(output, { anew: true })
      return output
    },
  }
}

/** Only what devk made goes. */
export async function removeCluster(
  clusters: Clusters,
  { output }: NodeRecord,
  purge: boolean,
): Promise<string[]> {
  const { name, provider } = output as ClusterOutput
  return name === undefined || provider === 'existing' ? [] : await deleteCluster(clusters, name, { purge })
}

export async function clusterApi(clusters: Clusters, asked: AskedCluster): Promise<KubeApi> {
  if (asked.provider === 'existing') return kubeApi(connectExisting(asked))
  return await kubeApiOf(clusters, asked.name, asked.provider)
}

async function isRunning({ providers }: Clusters, asked: AskedCluster): Promise<boolean> {
  if (asked.provider === 'existing') return true
  const nodes = await providers[asked.provider].nodes(asked.name)
  return nodes.length > 0 && nodes.every(node => node.running)
}

/** A cluster made anew is another one, and has nothing of what the old one had. */
async function identityOf(api: KubeApi, signal: AbortSignal): Promise<string> {
  const { metadata } = await api.get<KubeObject>('/api/v1/namespaces/kube-system', { signal })
  return metadata.uid ?? ''
}
