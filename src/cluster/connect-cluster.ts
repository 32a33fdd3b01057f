import { readFile } from 'node:fs/promises'
import { errorCode } from '../base/errors.ts'
import { writeFileAtomic } from '../base/write-file.ts'
import { type KubeApi, kubeApi } from '../kube/api.ts'
import { parseKubeconfig } from '../kube/kubeconfig.ts'
import type { ClusterSpec } from '../model/cluster.ts'
import type { Clusters } from './clusters.ts'

/** The API of a cluster that devk made, by a kubeconfig that is devk's own file. */
export async function kubeApiOf(
  clusters: Clusters,
  name: string,
  provider: ClusterSpec['provider'],
): Promise<KubeApi> {
  const text = await clusters.providers[provider].kubeconfig(name)
  await writeIfChanged(clusters.records.kubeconfig(name), text)
  return kubeApi(parseKubeconfig(text, `of cluster ${name}`))
}

/** The API of a cluster that somebody else made: nothing is kept of it. */
export async function foreignApi(
  { providers }: Clusters,
  name: string,
  provider: ClusterSpec['provider'],
): Promise<KubeApi> {
  return kubeApi(parseKubeconfig(await providers[provider].kubeconfig(name), `of cluster ${name}`))
}

async function writeIfChanged(path: string, text: string): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (before !== text) await writeFileAtomic(path, text)
}
