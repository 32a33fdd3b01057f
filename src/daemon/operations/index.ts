import type { Steps } from '../../model/steps.ts'
import type { OperationName, Request } from '../../protocol/messages.ts'
import type { Operations } from '../../protocol/operations.ts'
import { clusterCreate } from './cluster-create.ts'
import { clusterDelete } from './cluster-delete.ts'
import { clusterKubeconfig } from './cluster-kubeconfig.ts'
import { clusterList } from './cluster-list.ts'
import { clusterStart } from './cluster-start.ts'
import { clusterStatus } from './cluster-status.ts'
import { clusterStop } from './cluster-stop.ts'
import { doctor } from './doctor.ts'
import type { Operation } from './operation.ts'

const operations: { [Name in OperationName]: Operation<Name> } = {
  'cluster.create': clusterCreate,
  'cluster.status': clusterStatus,
  'cluster.list': clusterList,
  'cluster.start': clusterStart,
  'cluster.stop': clusterStop,
  'cluster.delete': clusterDelete,
  'cluster.kubeconfig': clusterKubeconfig,
  doctor,
}

export function perform<Name extends OperationName>(
  { operation, folder, input }: Request<Name>,
  { steps, signal }: { steps: Steps; signal: AbortSignal },
): Promise<Operations[Name]['output']> {
  return operations[operation](input, { folder, steps, signal })
}
