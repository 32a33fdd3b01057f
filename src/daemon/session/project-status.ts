import { toDevkError } from '../../base/errors.ts'
import { clusterStatus } from '../../cluster/cluster-status.ts'
import { openClusters } from '../../cluster/clusters.ts'
import { existingStatus } from '../../cluster/existing/existing-cluster.ts'
import { serviceStatus } from '../../kube/rollout/status.ts'
import type { SyncStatus } from '../../model/activity.ts'
import type { ClusterState } from '../../model/cluster.ts'
import type { ProjectStatus, ServiceStatus } from '../../model/project-status.ts'
import type { Steps } from '../../model/steps.ts'
import { identitiesOf } from '../../resources/apply-recorded.ts'
import { type ClusterOutput, clusterId, imageId, workloadId } from '../../resources/outputs.ts'
import type { ClusterAccess } from '../../resources/run-context.ts'
import type { Session } from './session.ts'
import { readSummary, type Summary } from './summary.ts'

type Options = { steps: Steps; signal: AbortSignal }

/** How what was brought up is now: from what is watched already where it is, asked for otherwise. */
export async function projectStatus(session: Session, options: Options): Promise<ProjectStatus | undefined> {
  const summary = await readSummary(session.home)
  if (!summary) return undefined
  const { name, folder, namespace } = summary
  const { cluster, access } = await lookAtCluster(session, summary, options)
  const services = await Promise.all(
    summary.services.map(service => statusOf(session, summary, service, access, cluster)),
  )
  return {
    name,
    folder,
    namespace,
    cluster,
    running: session.runs.running,
    ...(session.lasting && { daemon: { pid: process.pid } }),
    services,
    logsTrouble: session.logs.trouble(),
    watchTrouble: session.sync.trouble(),
  }
}

type SeenCluster = ProjectStatus['cluster']

/** The cluster as it is now, and a connection to it where what was brought up can be seen. */
export async function lookAtCluster(
  session: Session,
  { name: project, cluster, namespace }: Summary,
  options: Options,
): Promise<{ cluster: SeenCluster; access?: ClusterAccess | undefined }> {
  const opened = await session.opened()
  if (opened && !opened.live.snapshot().lost) {
    return { cluster: { name: cluster.name, state: 'running' }, access: opened }
  }
  const clusters = await openClusters(options)
  const { state } =
    cluster.provider === 'existing'
      ? await existingStatus({ ...cluster, name: project }, options.signal).catch(unseen)
      : await clusterStatus(clusters, cluster.name)
  const seen = { name: cluster.name, state: state.is, ...('why' in state && { why: state.why }) }
  const record = await session.store.read(clusterId)
  if (state.is !== 'running' || record?.phase !== 'done') return { cluster: seen }
  const access = await session.access(clusters, {
    asked: cluster,
    namespace,
    cluster: record.output as ClusterOutput,
  })
  await access.live.synced(options.signal)
  return { cluster: seen, access }
}

/** The user's kubeconfig does not lead there any more: a state like others, and no reason to tell nothing. */
function unseen(error: unknown): { state: ClusterState } {
  return { state: { is: 'unreachable', why: toDevkError(error).message } }
}

/** What is built anew is more than what is written. */
function syncOf({ sync, busy }: Session, name: string): SyncStatus | undefined {
  const status = sync.status(name)
  const why = busy.get(name)
  if (why === undefined) return status
  return { behind: 0, ...status, state: 'rebuilding', why }
}

const NOT_DEPLOYED = 'it is not deployed'

async function statusOf(
  session: Session,
  { deployed }: Summary,
  name: string,
  access: ClusterAccess | undefined,
  cluster: SeenCluster,
): Promise<ServiceStatus> {
  const [workload, image] = await Promise.all([
    session.store.read(workloadId(name)),
    session.store.read(imageId(name)),
  ])
  const builtAt = image?.output['builtAt']
  const common = {
    name,
    urls: (workload?.output['urls'] ?? []) as string[],
    forwards: session.forwards.of(name),
    sync: syncOf(session, name),
    ...(typeof builtAt === 'string' && { imageBuiltAt: builtAt }),
  }
  const nothing = { ready: 0, wanted: 0, restarts: 0 }
  const failed = [image, workload].find(record => record?.phase === 'failed')
  if (!workload && image?.phase === 'done') {
    const why = deployed.includes(name) ? NOT_DEPLOYED : undefined
    return { ...common, ...nothing, state: 'image', ...(why && { why }) }
  }
  if (!workload || failed) {
    const why = failed?.error?.message ?? NOT_DEPLOYED
    return { ...common, ...nothing, state: failed ? 'failing' : 'missing', why }
  }
  if (!access) {
    const state = cluster.state === 'stopped' ? 'stopped' : 'missing'
    return { ...common, ...nothing, state, why: `the cluster is ${cluster.state}` }
  }
  return { ...common, ...serviceStatus(identitiesOf(workload.output), access.live.snapshot(), Date.now()) }
}
