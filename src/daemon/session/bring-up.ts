import { availableParallelism } from 'node:os'
import { toDevkError } from '../../base/errors.ts'
import { type Clusters, openClusters } from '../../cluster/clusters.ts'
import { clientDialect } from '../../docker/build/build-clients.ts'
import type { Node, NodeRecord } from '../../engine/node.ts'
import { kindOf, removeNodes } from '../../engine/remove.ts'
import { runNodes } from '../../engine/run.ts'
import { run } from '../../exec/run.ts'
import { currentVersions } from '../../kube/apply/current-versions.ts'
import type { Project, Service } from '../../model/project.ts'
import type { RunReport } from '../../model/project-status.ts'
import type { Steps } from '../../model/steps.ts'
import { identitiesOf, objectsOf } from '../../resources/apply-recorded.ts'
import { type KeyUser, openSecrets } from '../../resources/open-secrets.ts'
import {
  forwardId,
  imageId,
  readyId,
  secretEntriesId,
  secretId,
  secretKeysId,
  workloadId,
} from '../../resources/outputs.ts'
import { projectNodes } from '../../resources/project-nodes.ts'
import type { RunContext } from '../../resources/run-context.ts'
import { emptyReport, observe } from './observe.ts'
import { prefetching } from './prefetch.ts'
import { remover } from './removers.ts'
import type { Session } from './session.ts'
import { summaryOf, writeSummary } from './summary.ts'

export interface BringUp {
  project: Project
  /** By whose environment the keys of secrets are found, from where they stand: who asked last unless told. */
  user?: KeyUser
  pruneVolumes: boolean
  /** What is watched from now on, in a daemon: those that are brought up. */
  services?: readonly Service[]
  /** Removes what earlier runs made and the project no longer names. */
  tidy: boolean
  nodes: (context: RunContext, report: RunReport) => Promise<Node[]>
}

/** All that these services need. */
export function bringUpServices(
  session: Session,
  what: Omit<BringUp, 'nodes'> & { services: readonly Service[] },
  options: { steps: Steps; signal: AbortSignal },
): Promise<RunReport> {
  const nodes: BringUp['nodes'] = (context, report) => projectNodes(context, what.services, report)
  return bringUp(session, { ...what, nodes }, options)
}

/** One run over nodes of the project: what is as it should be costs a look, and nothing more. */
export async function bringUp(
  session: Session,
  { project, user = { ...session.user }, pruneVolumes, services, tidy, nodes }: BringUp,
  { steps, signal }: { steps: Steps; signal: AbortSignal },
): Promise<RunReport> {
  const started = performance.now()
  session.logs.limit(project.logBytes)
  const report = emptyReport()
  const [clusters] = await Promise.all([
    openClusters({ steps, signal }),
    session.stats.load(),
    writeSummary(session.home, summaryOf(project)),
    session.lasting && services
      ? session.sync.follow(project, withFollowed(session, project, services))
      : undefined,
  ])
  await using prefetch = prefetching(observe(steps, report), clusters, project.cluster, signal)
  const context = {
    ...runContext(session, clusters, project, pruneVolumes),
    secrets: openSecrets(project.folder, user),
    imagesSettled: prefetch.settled,
    leads: services ? session.sync.leads : () => false,
  }
  await runNodes(await nodes(context, report), {
    store: session.store,
    observer: prefetch.observer,
    signal,
    places: { build: availableParallelism() },
  })
  const refused = session.current()?.live.secretsRefused()
  if (refused) steps.note(refused)
  if (tidy)
    report.removed.push(...(await removeOrphans(session, clusters, project, { pruneVolumes, signal })))
  await session.stats.save().catch((error: unknown) => {
    steps.note(`The next run reads all files again: ${toDevkError(error).message}`)
  })
  report.ms = Math.round(performance.now() - started)
  return report
}

function runContext(
  session: Session,
  clusters: Clusters,
  project: Project,
  pruneVolumes: boolean,
): Omit<RunContext, 'secrets' | 'imagesSettled' | 'leads'> {
  const access: RunContext['access'] = (cluster, how) =>
    session.access(clusters, { asked: project.cluster, namespace: project.namespace, cluster }, how)
  let versions: Promise<ReadonlyMap<string, string>> | undefined
  return {
    project,
    clusters,
    run,
    stats: session.stats,
    bases: new Map(),
    dialect: clientDialect(run, clusters),
    pruneVolumes,
    forwards: session,
    hide: session.hide,
    caughtUp: session.sync.caughtUp,
    access,
    async namedElsewhere(id) {
      return objectsOf((await session.store.list()).filter(record => record.id !== id))
    },
    inventory(cluster, signal) {
      versions ??= (async () => {
        const [{ api }, records] = await Promise.all([access(cluster), session.store.list()])
        const objects = records
          .filter(({ id }) => ['workload', 'secret'].includes(kindOf(id)))
          .flatMap(({ output }) => identitiesOf(output))
        return await currentVersions(api, objects, { project: project.name, signal })
      })()
      return versions
    },
  }
}

/** Who brings up one service more goes on with those that there are. */
function withFollowed({ sync }: Session, project: Project, services: readonly Service[]): Service[] {
  const names = new Set([...services, ...(sync.followed?.services ?? [])].map(({ name }) => name))
  return project.services.filter(({ name }) => names.has(name))
}

async function removeOrphans(
  session: Session,
  clusters: Clusters,
  project: Project,
  options: { pruneVolumes: boolean; signal: AbortSignal },
): Promise<string[]> {
  const named = new Set(
    project.services.flatMap(({ name, forward }) => [
      ...[imageId(name), workloadId(name), readyId(name)],
      ...(forward.length > 0 ? [forwardId(name)] : []),
    ]),
  )
  if (project.secrets.length > 0) for (const { name } of project.services) named.add(secretKeysId(name))
  for (const { name } of project.secrets) named.add(secretId(name)).add(secretEntriesId(name))
  const records = await session.store.list()
  const isOrphan = (record: NodeRecord) => isNamed(record) && !named.has(record.id)
  const orphans = records.filter(isOrphan)
  if (orphans.length === 0) return []
  const kept = objectsOf(records.filter(record => !isOrphan(record)))
  return await removeNodes(
    orphans,
    session.store,
    remover(session, clusters, summaryOf(project), { keepVolumes: !options.pruneVolumes, kept }),
    options.signal,
  )
}

/** By the project file: what it names no longer goes. */
function isNamed({ id }: NodeRecord): boolean {
  const kinds = ['image', 'secret', 'secret-entries', 'secret-keys', 'workload', 'ready', 'forward']
  return kinds.includes(kindOf(id))
}
