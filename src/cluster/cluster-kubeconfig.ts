import { mergeContext, userKubeconfig } from '../kube/merge-kubeconfig.ts'
import { type Clusters, findCluster } from './clusters.ts'
import { requireOurs } from './ours.ts'

export interface ClusterKubeconfig {
  name: string
  context: string
  kubeconfig: string
  mergedInto?: string
}

/** The kubeconfig of a cluster of ours; with `merge` it is added to the user's own, current context untouched. */
export async function clusterKubeconfig(
  clusters: Clusters,
  name: string,
  { merge }: { merge: boolean },
): Promise<ClusterKubeconfig> {
  const { provider, record } = requireOurs(name, await findCluster(clusters, name))
  const { providers, records, signal } = clusters
  const context = `${provider}-${name}`
  const kubeconfig = await providers[provider].kubeconfig(name)
  if (!merge) return { name, context, kubeconfig }
  const file = userKubeconfig()
  // Recorded first: what is added to a file of the user's must be found again when the cluster goes.
  await records.write({ ...record, mergedInto: [...new Set([...(record.mergedInto ?? []), file])] })
  await mergeContext(file, kubeconfig, context, signal)
  return { name, context, kubeconfig, mergedInto: file }
}
