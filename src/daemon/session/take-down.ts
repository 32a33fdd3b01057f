import { DevkError } from '../../base/errors.ts'
import { listClusters } from '../../cluster/cluster-status.ts'
import { type Clusters, openClusters } from '../../cluster/clusters.ts'
import { deleteCluster } from '../../cluster/delete-cluster.ts'
import type { NodeRecord } from '../../engine/node.ts'
import { kindOf, removeNodes } from '../../engine/remove.ts'
import type { KubeList } from '../../kube/object.ts'
import type { ClusterStatus } from '../../model/cluster.ts'
import type { Steps } from '../../model/steps.ts'
import type { DownInput } from '../../protocol/operations.ts'
import { isVolume, objectsOf } from '../../resources/apply-recorded.ts'
import { type ClusterOutput, clusterId } from '../../resources/outputs.ts'
import { usersOf } from './other-projects.ts'
import { remover } from './removers.ts'
import type { Session } from './session.ts'
import { forgetProject, readSummary, type Summary } from './summary.ts'

type Options = { steps: Steps; signal: AbortSignal }

/**
 * Takes away what `up` made, from what was recorded: the project file may be broken or gone. Nothing where nothing was
 * made. What could not be taken away stays recorded, for the next `down`.
 */
export async function takeDown(
  session: Session,
  { keepCluster, purge }: DownInput,
  { steps, signal }: Options,
): Promise<{ name: string | undefined; removed: string[] }> {
  const summary = await readSummary(session.home)
  if (!summary) return { name: undefined, removed: [] }
  const { name, cluster } = summary
  const clusters = await openClusters({ steps, signal })
  const records = await session.store.list()
  const others = await usersOf(cluster.name, session.home)
  if (others.length > 0 && !keepCluster) {
    steps.note(
      `Cluster ${cluster.name} stays: ${others.join(', ')} ${others.length === 1 ? 'uses' : 'use'} it too.`,
    )
  }
  const wholeCluster = !keepCluster && others.length === 0 && cluster.provider !== 'existing'
  const removed = wholeCluster
    ? await deleteCluster(clusters, cluster.name, { purge })
    : await removeFromCluster(session, clusters, { summary, records, purge }, { steps, signal })
  if (wholeCluster) await Promise.all(records.map(({ id }) => session.store.remove(id)))
  await session.end()
  await forgetProject(session.home)
  return { name, removed }
}

async function removeFromCluster(
  session: Session,
  clusters: Clusters,
  { summary, records, purge }: { summary: Summary; records: NodeRecord[]; purge: boolean },
  { steps, signal }: Options,
): Promise<string[]> {
  const { cluster } = summary
  const statuses = cluster.provider === 'existing' ? [] : await listClusters(clusters)
  const status = statuses.find(({ name }) => name === cluster.name)
  // Of a cluster that is gone nothing is left to remove.
  if (cluster.provider !== 'existing' && !status) return []
  if (status && status.state.is !== 'running') throw notRunning(status)
  const within = records.filter(({ id }) => kindOf(id) !== 'cluster')
  return await steps.during(`Removing ${summary.name} from cluster ${cluster.name}`, () =>
    removeNodes(
      within,
      session.store,
      remover(session, clusters, summary, { keepVolumes: false, purge }),
      signal,
    ),
  )
}

function notRunning({ name, state }: ClusterStatus): DevkError {
  return new DevkError({
    code: 'CLUSTER_STOPPED',
    message: `Cluster ${name} is ${state.is}, so what is in it can't be removed. Nothing was changed.`,
    hint: `devk cluster start ${name}, then this again; or devk down, which removes the cluster too.`,
  })
}

/**
 * Claims of storage that `down` would take away, with what is on them: as the cluster has them where it answers, those of
 * StatefulSets too; where it does not, as far as they were recorded.
 */
export async function volumesOf(session: Session, options: Options): Promise<string[]> {
  const [summary, cluster] = await Promise.all([readSummary(session.home), session.store.read(clusterId)])
  if (!summary || cluster?.phase !== 'done') return []
  const place = {
    asked: summary.cluster,
    namespace: summary.namespace,
    cluster: cluster.output as ClusterOutput,
  }
  try {
    const { api } = await session.access(await openClusters(options), place)
    const path = `/api/v1/namespaces/${summary.namespace}/persistentvolumeclaims`
    const { items } = await api.get<KubeList>(path, { signal: options.signal })
    return (items ?? []).map(({ metadata }) => metadata.name)
  } catch {
    options.signal.throwIfAborted()
    const records = await session.store.list()
    const holding = objectsOf(records).filter(object => isVolume(object) || object.kind === 'StatefulSet')
    return [...new Set(holding.map(({ name }) => name))]
  }
}
