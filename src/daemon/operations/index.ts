import type { OperationName, Request } from '../../protocol/messages.ts'
import type { Operations } from '../../protocol/operations.ts'
import { activity } from './activity.ts'
import { build } from './build.ts'
import { clusterCreate } from './cluster-create.ts'
import { clusterDelete } from './cluster-delete.ts'
import { clusterKubeconfig } from './cluster-kubeconfig.ts'
import { clusterList } from './cluster-list.ts'
import { clusterStart } from './cluster-start.ts'
import { clusterStatus } from './cluster-status.ts'
import { clusterStop } from './cluster-stop.ts'
import { config, configSchema } from './config.ts'
import { doctor } from './doctor.ts'
import { down, downVolumes } from './down.ts'
import { exec } from './exec.ts'
import { forward } from './forward.ts'
import { logs } from './logs.ts'
import type { Operation, OperationContext } from './operation.ts'
import { restart } from './restart.ts'
import { secretsCheck } from './secrets-check.ts'
import { secretsOpen, secretsSave } from './secrets-edit.ts'
import { secretsInit } from './secrets-init.ts'
import { secretsList } from './secrets-list.ts'
import { secretsSet } from './secrets-set.ts'
import { secretsShow } from './secrets-show.ts'
import { shell } from './shell.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { sync } from './sync.ts'
import { up } from './up.ts'

const operations: { [Name in OperationName]: Operation<Name> } = {
  'cluster.create': clusterCreate,
  'cluster.status': clusterStatus,
  'cluster.list': clusterList,
  'cluster.start': clusterStart,
  'cluster.stop': clusterStop,
  'cluster.delete': clusterDelete,
  'cluster.kubeconfig': clusterKubeconfig,
  up,
  build,
  status,
  logs,
  forward,
  restart,
  sync,
  activity,
  exec,
  shell,
  stop,
  down,
  'down.volumes': downVolumes,
  config,
  'config.schema': configSchema,
  'secrets.check': secretsCheck,
  'secrets.list': secretsList,
  'secrets.show': secretsShow,
  'secrets.set': secretsSet,
  'secrets.open': secretsOpen,
  'secrets.save': secretsSave,
  'secrets.init': secretsInit,
  doctor,
}

export function perform<Name extends OperationName>(
  { operation, folder, input, env = process.env }: Request<Name>,
  context: Omit<OperationContext, 'folder' | 'env'>,
): Promise<Operations[Name]['output']> {
  const { user } = context.session ?? {}
  if (user && !user.askedUp) Object.assign(user, { env, folder })
  return operations[operation](input, { ...context, folder, env })
}
