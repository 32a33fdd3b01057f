import { DevkError } from '../../base/errors.ts'
import { type ChosenPod, choosePod } from '../../kube/exec/choose-pod.ts'
import { checkServices } from '../../model/check-services.ts'
import { identitiesOf } from '../../resources/apply-recorded.ts'
import { workloadId } from '../../resources/outputs.ts'
import type { ClusterAccess } from '../../resources/run-context.ts'
import { broughtUp } from '../asked-project.ts'
import type { OperationContext } from '../operations/operation.ts'
import { lookAtCluster } from '../session/project-status.ts'
import type { Session } from '../session/session.ts'

/** A container of a service that runs, and the connection to its cluster. */
export interface PlaceInPod extends ChosenPod {
  service: string
  access: ClusterAccess
  /** Aborts where the daemon ends. */
  ending: AbortSignal
}

/** Throws NOT_UP, USAGE, CLUSTER_NOT_RUNNING or NOT_RUNNING, each with what to do. */
export async function findPlace(
  session: Session,
  { service, container }: { service: string; container?: string | undefined },
  { steps, signal }: OperationContext,
): Promise<PlaceInPod> {
  const summary = await broughtUp(session)
  checkServices([service], summary.services)
  const { cluster, access } = await lookAtCluster(session, summary, { steps, signal })
  if (!access) throw notReached(cluster)
  const record = await session.store.read(workloadId(service))
  if (!record) throw notDeployed(service)
  const chosen = choosePod(
    { service, objects: identitiesOf(record.output), container },
    access.live.snapshot(),
    Date.now(),
  )
  return { service, access, ending: session.ending, ...chosen }
}

function notReached({
  name,
  state,
  why,
}: {
  name: string
  state: string
  why?: string | undefined
}): DevkError {
  return new DevkError({
    code: 'CLUSTER_NOT_RUNNING',
    message: `Cluster ${name} is ${state}${why ? `: ${why}` : ''}.`,
    hint: 'devk up brings it back.',
  })
}

function notDeployed(service: string): DevkError {
  return new DevkError({
    code: 'NOT_RUNNING',
    message: `${service} is not deployed.`,
    hint: `devk up ${service} does that, where devk.yaml says what it is deployed from.`,
  })
}
