import { DevkError, toDevkError } from '../base/errors.ts'
import type { ClusterNode, ClusterSpec } from '../model/cluster.ts'
import { type Clusters, type FoundCluster, findCluster } from './clusters.ts'
import { removeCluster } from './delete-cluster.ts'
import type { AskedSpec } from './differences.ts'
import { endWorkers, settle } from './end-workers.ts'
import { explainProvider, NODES_APPEARED } from './explain-provider.ts'
import { finishCluster, furnishCluster } from './finish-cluster.ts'
import { nodeImage } from './images.ts'
import { locked } from './locked.ts'
import { type CreateChoice, completeSpec, planCreate } from './plan.ts'
import { prepare } from './prepare.ts'
import type { ClusterRecord } from './record.ts'
import type { Registry } from './registry/registry.ts'
import { releaseShared, sharedRegistry } from './shared.ts'
import { startFound } from './start-cluster.ts'

/** How far a creation goes: until the cluster can be given work, or until its nodes are Ready to do it. */
export type Until = 'furnished' | 'ready'

export type CreateOutcome = 'created' | 'started' | 'finished' | 'recreated' | 'unchanged'

const finishing = { furnished: furnishCluster, ready: finishCluster }

/** Brings the cluster that is asked for: made, finished, started, or found as it should be. */
export function createCluster(
  clusters: Clusters,
  asked: AskedSpec,
  choice: CreateChoice,
  until: Until = 'ready',
): Promise<CreateOutcome> {
  const { name } = asked
  return locked(clusters, name, `creating cluster ${name}`, async () => {
    const before = await findCluster(clusters, name)
    await endWorkers(clusters.records.folder(name), name)
    const nodes = before ? await clusters.providers[before.provider].nodes(name) : []
    const found = before && { ...before, nodes }
    const record = found?.record
    const plan = planCreate(asked, { record, nodes }, choice)
    if ('why' in plan) clusters.steps.note(`Cluster ${name}: ${plan.why}.`)
    if (plan.do === 'create' || plan.do === 'clean and create') {
      const old = plan.do === 'create' ? undefined : found
      await replace(clusters, completeSpec(asked, record), old, until)
      return choice.recreate && nodes.length > 0 ? 'recreated' : 'created'
    }
    if (!record) throw new TypeError(`plan "${plan.do}" without a record`)
    if (plan.do === 'start') {
      await startFound(clusters, { ...found, record })
      return 'started'
    }
    const registry = await sharedRegistry(clusters, record)
    if (plan.do === 'finish') {
      await finishing[until](clusters, record, nodes, registry)
      return 'finished'
    }
    await keep(clusters, record, registry.port)
    await clusters.providers[record.spec.provider].wire(name, registry)
    return 'unchanged'
  })
}

/** Nothing of the old one is taken away before all that the new one needs was looked at. */
async function replace(
  clusters: Clusters,
  spec: ClusterSpec,
  old: FoundCluster | undefined,
  until: Until,
): Promise<void> {
  await prepare(clusters, spec, old)
  if (old) {
    await clusters.steps.during('Removing what was there', () =>
      removeCluster(clusters, spec.name, old, { keepContexts: true }),
    )
  }
  const makeIt = () => make(clusters, spec, old?.record?.mergedInto, until)
  try {
    await makeIt()
  } catch (error) {
    if (!old || !(error instanceof DevkError) || error.code !== NODES_APPEARED) throw error
    clusters.steps.note(
      `Cluster ${spec.name}: a node of the interrupted creation came late; it was taken away.`,
    )
    await makeIt()
  }
}

/** Everything from nothing. Where it fails or is aborted, what it made is taken away again. */
async function make(
  clusters: Clusters,
  spec: ClusterSpec,
  mergedInto: readonly string[] | undefined,
  until: Until,
): Promise<void> {
  const { images, providers, records, steps, signal } = clusters
  const provider = providers[spec.provider]
  const image = nodeImage(spec, images)
  const record: ClusterRecord = {
    spec,
    image,
    phase: 'creating',
    createdAt: new Date().toISOString(),
    ...(mergedInto && { mergedInto: [...mergedInto] }),
  }
  await records.write(record)
  try {
    const failed = new AbortController()
    const address = Promise.withResolvers<Registry>()
    const running = sharedRegistry(clusters, record, address.resolve)
    running.then(address.resolve, (error: unknown) => {
      address.reject(error)
      failed.abort(toDevkError(error))
    })
    address.promise.catch(() => {})
    await provider.create(
      spec,
      { address: address.promise, running },
      {
        steps,
        image,
        signal: AbortSignal.any([signal, failed.signal]),
        folder: records.folder(spec.name),
      },
    )
    const nodes = await provider.nodes(spec.name)
    const standing = { ...record, phase: 'finishing', nodeCount: nodes.length } as const
    await records.write(standing)
    await finishing[until](clusters, standing, nodes, await running)
  } catch (error) {
    // What only takes longer than it should is no reason to take it away: the next command goes on waiting.
    if (error instanceof DevkError && error.code === 'CLUSTER_NOT_READY') throw error
    throw await undo(clusters, spec, explainProvider(error, spec))
  }
}

/** What stands and is as it should be; only its nodes may know the registry by another port. */
async function keep(
  { records, steps }: Clusters,
  { registryPort, ...record }: ClusterRecord,
  port: number,
): Promise<void> {
  if (registryPort === undefined || registryPort === port) return
  if (record.spec.provider === 'kind') return await records.write({ ...record, registryPort: port })
  steps.note(
    `The registry is at port ${port} now, and k3d's nodes know it at ${registryPort}: they pull from it only after --recreate.`,
  )
}

async function undo(clusters: Clusters, { name, provider }: ClusterSpec, error: unknown): Promise<unknown> {
  try {
    // The signal that ended the creation must not end its clean-up.
    const unhurried = { ...clusters, signal: new AbortController().signal }
    const nodes: ClusterNode[] = []
    await clusters.steps.during('Cleaning up', async () => {
      await settle()
      await removeCluster(unhurried, name, { provider, nodes, record: undefined })
      await releaseShared(unhurried, { purge: false })
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
