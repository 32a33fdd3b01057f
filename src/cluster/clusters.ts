import { paths } from '../base/paths.ts'
import { connectDocker, type DockerConnection } from '../docker/connect.ts'
import { type Run, run } from '../exec/run.ts'
import type { ClusterNode } from '../model/cluster.ts'
import type { Steps } from '../model/steps.ts'
import { adoptRecord } from './adopt.ts'
import { type MachineImages, readMachineImages } from './images.ts'
import { k3dProvider } from './k3d/k3d-provider.ts'
import { kindProvider } from './kind/kind-provider.ts'
import type { ClusterProvider } from './provider.ts'
import { type ClusterRecord, type RecordStore, recordStore } from './record.ts'

/** All that the life of a cluster takes: opened once an operation, and nothing in it needs closing. */
export interface Clusters {
  connection: DockerConnection
  images: MachineImages
  providers: Record<MadeBy, ClusterProvider>
  records: RecordStore
  steps: Steps
  signal: AbortSignal
}

type MadeBy = 'kind' | 'k3d'

export async function openClusters(
  { steps, signal }: { steps: Steps; signal: AbortSignal },
  runner: Run = run,
): Promise<Clusters> {
  const { machine, state } = paths()
  const [connection, images] = await Promise.all([connectDocker(signal), readMachineImages(machine)])
  return {
    connection,
    images,
    providers: { kind: kindProvider(connection, runner), k3d: k3dProvider(connection, runner, images) },
    records: recordStore(state),
    steps,
    signal,
  }
}

export interface FoundCluster {
  provider: MadeBy
  record: ClusterRecord | undefined
  nodes: ClusterNode[]
}

/** The cluster of a name, whoever made it, with devk's record of it: its own, or the one that the cluster carries. */
export async function findCluster(
  { providers, records, connection }: Clusters,
  name: string,
): Promise<FoundCluster | undefined> {
  const record = await records.read(name)
  for (const provider of record ? [record.spec.provider] : (['kind', 'k3d'] as const)) {
    const nodes = await providers[provider].nodes(name)
    if (record || nodes.length > 0) {
      return { provider, nodes, record: record ?? (await adoptRecord(connection.docker, records, nodes)) }
    }
  }
  return undefined
}
