import { DevkError } from '../base/errors.ts'
import { identify } from '../exec/process-identity.ts'
import { findTool } from '../exec/tools.ts'
import type { ClusterNode, ClusterSpec } from '../model/cluster.ts'
import { markCluster } from './adopt.ts'
import { checkPorts } from './check-ports.ts'
import { type Clusters, findCluster } from './clusters.ts'
import { kubeApiOf } from './connect-cluster.ts'
import { removeCluster } from './delete-cluster.ts'
import type { AskedSpec } from './differences.ts'
import { endWorker, settle } from './end-worker.ts'
import { explainProvider } from './explain-provider.ts'
import { nodeImage } from './images.ts'
import { locked } from './locked.ts'
import { completeSpec, planCreate } from './plan.ts'
import { waitForNodes } from './ready.ts'
import type { ClusterRecord } from './record.ts'
import { HOSTING_PATH, hostingConfigMap } from './registry/config-map.ts'
import { ensureRegistry } from './registry/container.ts'
import type { Registry } from './registry/registry.ts'
import { registrySettings } from './registry/settings.ts'
import { releaseShared } from './release-shared.ts'
import { startFound } from './start-cluster.ts'

export type CreateOutcome = 'created' | 'started' | 'finished' | 'recreated' | 'unchanged'

/** Brings the cluster that is asked for: made, finished, started, or found as it should be. */
export function createCluster(
  clusters: Clusters,
  asked: AskedSpec,
  { recreate }: { recreate: boolean },
): Promise<CreateOutcome> {
  return locked(clusters, asked.name, `creating cluster ${asked.name}`, async () => {
    const found = await findCluster(clusters, asked.name)
    const record = found?.record
    await endWorker(record)
    const nodes = found ? await clusters.providers[found.provider].nodes(asked.name) : []
    const plan = planCreate(asked, { record, nodes }, recreate)
    const spec = completeSpec(asked, plan.do === 'create' || recreate ? undefined : record)
    if ('why' in plan) clusters.steps.note(`Cluster ${asked.name}: ${plan.why}.`)
    switch (plan.do) {
      case 'keep':
        await ensureRegistryFor(clusters, record)
        return 'unchanged'
      case 'start':
        await startFound(clusters, asked.name, found)
        return 'started'
      case 'finish':
        if (record) await finish(clusters, record, nodes, await ensureRegistryFor(clusters, record))
        return 'finished'
      case 'clean and create':
        await clusters.steps.during('Removing what was there', () =>
          removeCluster(clusters, asked.name, found),
        )
        await make(clusters, spec)
        return recreate ? 'recreated' : 'created'
      case 'create':
        await make(clusters, spec)
        return 'created'
    }
  })
}

/** Everything from nothing to Ready. Where it fails or is aborted, what it made is taken away again. */
async function make(clusters: Clusters, spec: ClusterSpec): Promise<void> {
  const { connection, images, providers, records, steps, signal } = clusters
  const provider = providers[spec.provider]
  const image = nodeImage(spec, images)
  await Promise.all(provider.tools.map(tool => findTool(tool)))
  await checkPorts(connection.docker, spec.ports)
  const record: ClusterRecord = { spec, image, phase: 'creating', createdAt: new Date().toISOString() }
  await records.write(record)
  let remembered: Promise<void> | undefined
  try {
    const registry = ensureRegistryFor(clusters, record)
    registry.catch(() => {})
    await provider.create(spec, registry, {
      steps,
      signal,
      image,
      folder: records.folder(spec.name),
      onStart: pid => {
        remembered = rememberWorker(clusters, record, pid)
      },
    })
    await remembered
    const nodes = await provider.nodes(spec.name)
    const standing = { ...record, phase: 'finishing', nodeCount: nodes.length } as const
    await records.write(standing)
    await finish(clusters, standing, nodes, await registry)
  } catch (error) {
    await remembered?.catch(() => {})
    throw await undo(clusters, spec, explainProvider(error, spec))
  }
}

/** What is left once the provider is done; each part may be done again. */
async function finish(
  clusters: Clusters,
  record: ClusterRecord,
  nodes: readonly ClusterNode[],
  registry: Registry,
): Promise<void> {
  const { connection, providers, records, steps, signal } = clusters
  const { name, provider } = record.spec
  const made: ClusterRecord = { ...record, phase: 'made', registryPort: registry.port }
  const api = await kubeApiOf(clusters, name, provider)
  await Promise.all([
    providers[provider].wire(name, registry),
    markCluster(connection.docker, nodes, made),
    steps.during('Waiting for the nodes', say =>
      waitForNodes(api, connection.docker, nodes, { signal, say }),
    ),
    api.apply(HOSTING_PATH, hostingConfigMap(registry), { signal }),
  ])
  await records.write(made)
}

async function ensureRegistryFor(clusters: Clusters, record: ClusterRecord | undefined): Promise<Registry> {
  const settings = await registrySettings(clusters.images, record?.registryPort)
  return await ensureRegistry(clusters.connection.docker, settings, clusters)
}

async function rememberWorker({ records }: Clusters, record: ClusterRecord, pid: number): Promise<void> {
  const worker = await identify(pid)
  if (worker) await records.write({ ...record, worker })
}

async function undo(clusters: Clusters, { name, provider }: ClusterSpec, error: unknown): Promise<unknown> {
  const { steps } = clusters
  try {
    // The signal that ended the creation must not end its clean-up.
    const unhurried = { ...clusters, signal: new AbortController().signal }
    const found = { provider, record: undefined, nodes: [] }
    await steps.during('Cleaning up', async () => {
      await settle()
      await removeCluster(unhurried, name, found)
      await releaseShared(clusters, { purge: false })
    })
    return error
  } catch (cause) {
    return new DevkError({
      code: 'CLUSTER_LEFT_HALF',
      message: `Creating cluster ${name} failed, and so did taking away what there was of it: ${(cause as Error).message}`,
      hint: `devk cluster delete ${name} tries again.`,
      detail: (error as Error).message,
      cause: error,
    })
  }
}
