import { sleep } from '../../base/time.ts'
import { broughtUp, withProject } from '../asked-project.ts'
import { lookAtCluster } from '../session/project-status.ts'
import type { Session } from '../session/session.ts'
import type { Summary } from '../session/summary.ts'
import type { Operation, OperationContext } from './operation.ts'

/** How long what was printed before may take to be read. */
const CATCH_UP_MS = 10_000
const EVERY_MS = 500

/** Sees to it that the logs are kept: who shows them reads the files. */
export const logs: Operation<'logs'> = async ({ follow }, context) => {
  return await withProject(context, async session => {
    const summary = await broughtUp(session)
    let trouble = await keep(session, summary, context)
    const refused = session.current()?.live.secretsRefused()
    if (refused) context.steps.note(refused)
    while (follow && !context.signal.aborted) {
      if (trouble) context.steps.note(trouble)
      const told = trouble
      while (trouble === told && !context.signal.aborted) {
        await sleep(EVERY_MS, context.signal).catch(() => {})
        trouble = await keep(session, summary, context).catch(() => told)
      }
      if (told && !trouble) context.steps.note('The logs are kept again.')
    }
    return { services: summary.services, ...(trouble && { trouble }) }
  })
}

/** Why they are not kept, where they are not. */
async function keep(
  session: Session,
  summary: Summary,
  { steps, signal }: Pick<OperationContext, 'steps' | 'signal'>,
): Promise<string | undefined> {
  const { cluster, access } = await lookAtCluster(session, summary, { steps, signal })
  if (!access) return `Cluster ${cluster.name} is ${cluster.state}${cluster.why ? ` (${cluster.why})` : ''}.`
  await session.logs.caughtUp(AbortSignal.any([signal, AbortSignal.timeout(CATCH_UP_MS)]))
  const trouble = session.logs.trouble()
  return trouble && `Nothing more can be kept: ${trouble}`
}
