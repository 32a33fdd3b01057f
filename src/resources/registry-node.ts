import { DevkError } from '../base/errors.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { HOSTING_PATH } from '../cluster/registry/config-map.ts'
import { registryAnswers, registryHost } from '../cluster/registry/container.ts'
import { sharedRegistry } from '../cluster/shared.ts'
import type { Node } from '../engine/node.ts'
import type { KubeObject } from '../kube/object.ts'
import type { AskedCluster, ExistingCluster } from '../model/cluster.ts'
import { clusterApi } from './cluster-node.ts'
import { clusterId, type RegistryOutput, registryId } from './outputs.ts'

/** Where images are pushed: the machine's own registry, or the one that an existing cluster tells of. */
export async function registryNode(clusters: Clusters, asked: AskedCluster): Promise<Node> {
  if (asked.provider === 'existing') return toldRegistry(clusters, asked)
  const nodes = await clusters.providers[asked.provider].nodes(asked.name)
  // Stopped nodes want the addresses that they had: the registry, started before them, could take one.
  return ownRegistry(clusters, asked.name, nodes.some(node => !node.running) ? [clusterId] : [])
}

function ownRegistry(clusters: Clusters, cluster: string, needs: string[]): Node {
  return {
    id: registryId,
    title: 'registry',
    needs,
    fingerprint: async () => ({}),
    async lost({ output }) {
      const host = await registryHost(clusters.connection.docker)
      if (host === undefined) return 'it is gone'
      return host === output['host'] && (await registryAnswers(host)) ? undefined : 'it does not answer'
    },
    async apply(_, signal) {
      const record = await clusters.records.read(cluster)
      const { host } = await sharedRegistry({ ...clusters, signal }, record)
      return { host } satisfies RegistryOutput
    },
  }
}

function toldRegistry(clusters: Clusters, asked: ExistingCluster): Node {
  const told = async (signal: AbortSignal): Promise<string> => {
    const api = await clusterApi(clusters, asked)
    const map = await api
      .get<KubeObject & { data?: Record<string, string> }>(HOSTING_PATH, { signal })
      .catch(() => undefined)
    const host = /host: "?([^"\s]+)/.exec(map?.data?.['localRegistryHosting.v1'] ?? '')?.[1]
    if (host !== undefined) return host
    throw new DevkError({
      code: 'REGISTRY_UNKNOWN',
      message: `The cluster of the context ${asked.context} tells of no local registry, so devk does not know where to push images.`,
      hint: 'Let its ConfigMap local-registry-hosting in kube-public name one (KEP-1755), or let devk make the cluster: provider kind or k3d.',
    })
  }
  return {
    id: registryId,
    title: 'registry',
    needs: [clusterId],
    fingerprint: async (_, signal) => ({ host: await told(signal) }),
    apply: async ({ fingerprint }) => ({ host: fingerprint['host'] ?? '' }) satisfies RegistryOutput,
  }
}
