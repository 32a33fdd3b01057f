import { DevkError } from '../../base/errors.ts'
import { aborted } from '../../base/time.ts'
import type { LentForward } from '../../forward/forwards.ts'
import { checkServices } from '../../model/check-services.ts'
import { type Forward, parseForward } from '../../model/forward.ts'
import type { OpenedForward } from '../../protocol/operations.ts'
import { identitiesOf } from '../../resources/apply-recorded.ts'
import { podPort } from '../../resources/forward-node.ts'
import { workloadId } from '../../resources/outputs.ts'
import { podTargets } from '../../resources/pod-targets.ts'
import { broughtUp, withProject } from '../asked-project.ts'
import { lookAtCluster } from '../session/project-status.ts'
import { retired, type Session } from '../session/session.ts'
import type { Operation, OperationContext } from './operation.ts'

/** Ports that the project file does not name: open until whoever asked for them has enough of them, or is gone. */
export const forward: Operation<'forward'> = async ({ service, ports }, context) => {
  const wanted = ports.map(parseForward)
  return await withProject(context, async session => {
    const opened: LentForward[] = []
    try {
      const told = await openAll(session, { service, wanted, opened }, context)
      for (const each of told) context.tell(each)
      await Promise.race([aborted(context.signal), ...opened.map(({ closed }) => closed)])
      if (!context.signal.aborted) throw retired()
      return {}
    } finally {
      await Promise.all(opened.map(each => each[Symbol.asyncDispose]()))
    }
  })
}

interface Asked {
  service: string
  wanted: readonly Forward[]
  /** Those that were opened are added, also where another one fails. */
  opened: LentForward[]
}

async function openAll(
  session: Session,
  { service, wanted, opened }: Asked,
  { steps, report, signal }: OperationContext,
): Promise<OpenedForward[]> {
  const summary = await broughtUp(session)
  checkServices([service], summary.services)
  const workload = await session.store.read(workloadId(service))
  const objects = identitiesOf(workload?.output ?? {})
  if (!workload || objects.length === 0) throw notDeployed(service, 'nothing of it is deployed')
  const { cluster, access } = await lookAtCluster(session, summary, { steps, signal })
  if (!access) throw notDeployed(service, `the cluster ${cluster.name} is ${cluster.state}`)
  const told: OpenedForward[] = []
  for (const each of wanted) {
    const port = podPort(each, service, workload.output)
    const lent = await session.forwards.lend(service, each, podTargets(session, service, objects, port))
    opened.push(lent)
    told.push({ service, address: each.address, local: lent.port, port })
  }
  if (podTargets(session, service, objects, 0).ready().length === 0) {
    report({ type: 'note', message: `No pod of ${service} is ready: connections are held until one is.` })
  }
  return told
}

function notDeployed(service: string, why: string): DevkError {
  return new DevkError({
    code: 'NOT_UP',
    message: `No port can lead to ${service}: ${why}.`,
    hint: `devk up ${service} brings it up; devk status shows how it is.`,
  })
}
