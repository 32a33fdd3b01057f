import type { OperationName, Request } from '../../protocol/messages.ts'
import type { Operations } from '../../protocol/operations.ts'
import type { Operation, OperationContext } from './operation.ts'

/** Loaded by need: one that looks at a file alone does not wait for all that speaks to clusters. */
const operations: { [Name in OperationName]: () => Promise<Operation<Name>> } = {
  'cluster.create': async () => (await import('./cluster-create.ts')).clusterCreate,
  'cluster.status': async () => (await import('./cluster-status.ts')).clusterStatus,
  'cluster.list': async () => (await import('./cluster-list.ts')).clusterList,
  'cluster.start': async () => (await import('./cluster-start.ts')).clusterStart,
  'cluster.stop': async () => (await import('./cluster-stop.ts')).clusterStop,
  'cluster.delete': async () => (await import('./cluster-delete.ts')).clusterDelete,
  'cluster.kubeconfig': async () => (await import('./cluster-kubeconfig.ts')).clusterKubeconfig,
  up: async () => (await import('./up.ts')).up,
  build: async () => (await import('./build.ts')).build,
  status: async () => (await import('./status.ts')).status,
  logs: async () => (await import('./logs.ts')).logs,
  forward: async () => (await import('./forward.ts')).forward,
  restart: async () => (await import('./restart.ts')).restart,
  sync: async () => (await import('./sync.ts')).sync,
  activity: async () => (await import('./activity.ts')).activity,
  exec: async () => (await import('./exec.ts')).exec,
  shell: async () => (await import('./shell.ts')).shell,
  stop: async () => (await import('./stop.ts')).stop,
  down: async () => (await import('./down.ts')).down,
  'down.volumes': async () => (await import('./down.ts')).downVolumes,
  config: async () => (await import('./config.ts')).config,
  'config.schema': async () => (await import('./config.ts')).configSchema,
  'secrets.check': async () => (await import('./secrets-check.ts')).secretsCheck,
  'secrets.list': async () => (await import('./secrets-list.ts')).secretsList,
  'secrets.show': async () => (await import('./secrets-show.ts')).secretsShow,
  'secrets.set': async () => (await import('./secrets-set.ts')).secretsSet,
  'secrets.open': async () => (await import('./secrets-edit.ts')).secretsOpen,
  'secrets.save': async () => (await import('./secrets-edit.ts')).secretsSave,
  'secrets.init': async () => (await import('./secrets-init.ts')).secretsInit,
  doctor: async () => (await import('./doctor.ts')).doctor,
}

export async function perform<Name extends OperationName>(
  { operation, folder, input, env = process.env }: Request<Name>,
  context: Omit<OperationContext, 'folder' | 'env'>,
): Promise<Operations[Name]['output']> {
  const { user } = context.session ?? {}
  if (user && !user.askedUp) Object.assign(user, { env, folder })
  const act = await operations[operation]()
  return await act(input, { ...context, folder, env })
}
