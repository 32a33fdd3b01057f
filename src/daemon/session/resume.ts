import { toDevkError } from '../../base/errors.ts'
import type { NodeRecord } from '../../engine/node.ts'
import { kindOf, subjectOf } from '../../engine/remove.ts'
import type { Forward } from '../../model/forward.ts'
import type { Service } from '../../model/project.ts'
import { Steps } from '../../model/steps.ts'
import { readProject } from '../../project/read-project.ts'
import { openForwardsOf } from '../../resources/forward-node.ts'
import { imageId, workloadId } from '../../resources/outputs.ts'
import { lookAtCluster } from './project-status.ts'
import type { Session } from './session.ts'
import { readSummary, type Summary } from './summary.ts'

/**
 * A daemon listens where the one before it did, goes on keeping logs where that one was cut, and keeps in sync what that one
 * did, as soon as it is there: nobody has to ask for that. Nothing where the cluster does not run: the next `up` does it then.
 */
export async function resume(session: Session, signal: AbortSignal): Promise<void> {
  const [summary, records] = await Promise.all([readSummary(session.home), session.store.list()])
  const forwards = records.filter(({ id, phase }) => kindOf(id) === 'forward' && phase === 'done')
  if (!summary) return
  await watchAgain(session, summary, records)
  const { access } = await lookAtCluster(session, summary, { steps: new Steps(() => {}), signal })
  if (!access) return
  for (const { id, output } of forwards) {
    const service = subjectOf(id)
    const workload = await session.store.read(workloadId(service))
    const wanted = output['forward'] as unknown as Forward[]
    if (workload) await openForwardsOf(session, service, wanted, workload.output)
  }
}

/** What was brought up by then; where the project can't be read, the next `up` says why. */
async function watchAgain(
  { home, sync, activities }: Session,
  { profiles }: Summary,
  records: readonly NodeRecord[],
): Promise<void> {
  const known = new Set(records.map(({ id }) => id))
  try {
    const project = await readProject(home.file, { profiles })
    const isUp = ({ name }: Service) => known.has(imageId(name)) || known.has(workloadId(name))
    // Whoever has asked for more by now is who knows what is up.
    if (!sync.followed) await sync.follow(project, project.services.filter(isUp))
  } catch (error) {
    activities.tell(`Nothing is kept in sync: ${toDevkError(error).message}`, { trouble: true })
  }
}
