import { kindOf, subjectOf } from '../../engine/remove.ts'
import type { Forward } from '../../model/forward.ts'
import { Steps } from '../../model/steps.ts'
import { openForwardsOf } from '../../resources/forward-node.ts'
import { workloadId } from '../../resources/outputs.ts'
import { lookAtCluster } from './project-status.ts'
import type { Session } from './session.ts'
import { readSummary } from './summary.ts'

/**
 * A daemon listens where the one before it did, and goes on keeping logs where that one was cut, as soon as it is there:
 * nobody has to ask for that. Nothing where the cluster does not run: the next `up` does it then.
 */
export async function resume(session: Session, signal: AbortSignal): Promise<void> {
  const [summary, records] = await Promise.all([readSummary(session.home), session.store.list()])
  const forwards = records.filter(({ id, phase }) => kindOf(id) === 'forward' && phase === 'done')
  if (!summary) return
  const { access } = await lookAtCluster(session, summary, { steps: new Steps(() => {}), signal })
  if (!access) return
  for (const { id, output } of forwards) {
    const service = subjectOf(id)
    const workload = await session.store.read(workloadId(service))
    const wanted = output['forward'] as unknown as Forward[]
    if (workload) await openForwardsOf(session, service, wanted, workload.output)
  }
}
