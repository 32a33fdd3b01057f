import { DevkError } from '../../base/errors.ts'
import { formatDuration } from '../../base/time.ts'
import type { KubeApi } from '../api.ts'
import type { ObjectMeta, ObjectName } from '../object.ts'
import { watchList } from '../watch.ts'
import { listMetadata } from './partial.ts'
import type { GoneOptions } from './wait-gone.ts'

/** Pods may take as long as their grace period; 30 s unless their manifests tell otherwise. */
const PATIENCE_MS = 3 * 60_000

/** What makes pods by way of other objects, and what those are. */
const between: Record<string, string | undefined> = {
  Deployment: '/apis/apps/v1/namespaces/NS/replicasets',
  CronJob: '/apis/batch/v1/namespaces/NS/jobs',
}

/** Who makes pods: each object that is removed, and what is between it and its pods. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>

/** Each namespace's owners of pods among the objects; looked up before the objects are deleted, for it can't be later. */
export async function podOwners(
  api: KubeApi,
  objects: readonly { object: ObjectName; meta: ObjectMeta }[],
  signal: AbortSignal,
): Promise<Owners> {
  const owners = new Map<string, Set<string>>()
  const makers = objects.filter(
    ({ object }) => /^(apps|batch)\//.test(object.apiVersion) || object.kind === 'ReplicationController',
  )
  for (const { object, meta } of makers) {
    const namespace = object.namespace ?? ''
    const known = owners.get(namespace) ?? new Set()
    owners.set(namespace, known.add(meta.uid ?? ''))
  }
  const lists = new Set(
    makers.flatMap(({ object }) => {
      const path = between[object.kind]
      return path ? [JSON.stringify([object.namespace, path.replace('NS', object.namespace ?? '')])] : []
    }),
  )
  await Promise.all(
    [...lists].map(async entry => {
      const [namespace, path] = JSON.parse(entry) as [string, string]
      const known = owners.get(namespace)
      for (const meta of await listMetadata(api, path, { signal })) {
        if (meta.ownerReferences?.some(({ uid }) => known?.has(uid))) known?.add(meta.uid ?? '')
      }
    }),
  )
  return owners
}

/** Waits until the owners have no pod left. Throws OBJECT_STAYS. */
export async function waitPodsGone(api: KubeApi, owners: Owners, options: GoneOptions): Promise<void> {
  await Promise.all([...owners].map(([namespace, uids]) => podsGone(api, namespace, uids, options)))
}

async function podsGone(
  api: KubeApi,
  namespace: string,
  owners: ReadonlySet<string>,
  { signal, say }: GoneOptions,
): Promise<void> {
  signal.throwIfAborted()
  const ending = new AbortController()
  const abort = () => ending.abort()
  const left = new Map<string | undefined, ObjectMeta>()
  const timer = setTimeout(abort, PATIENCE_MS)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await watchList<ObjectMeta>(api, `/api/v1/namespaces/${namespace}/pods`, {
      signal: ending.signal,
      slim: ({ metadata }) => ({ ...metadata, managedFields: [] }),
      onChange: change => {
        if (change.type === 'listed') left.clear()
        const put = change.type === 'listed' ? change.objects : change.type === 'put' ? [change.object] : []
        for (const meta of put) if (isOf(meta, owners)) left.set(meta.uid, meta)
        if (change.type === 'gone') left.delete(change.object.uid)
        if (left.size === 0) return ending.abort()
        const names = [...left.values()].map(({ name }) => name)
        say(`waiting until ${count(names.length)} ended: ${names.slice(0, 3).join(', ')}`)
      },
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
  signal.throwIfAborted()
  if (left.size > 0) throw stay(namespace, [...left.values()])
}

function isOf({ ownerReferences }: ObjectMeta, owners: ReadonlySet<string>): boolean {
  return ownerReferences?.some(({ uid }) => owners.has(uid)) ?? false
}

function count(pods: number): string {
  return `${pods} pod${pods === 1 ? '' : 's'}`
}

function stay(namespace: string, left: readonly ObjectMeta[]): DevkError {
  const [first] = left
  return new DevkError({
    code: 'OBJECT_STAYS',
    message: `${count(left.length)} in namespace ${namespace} did not end in ${formatDuration(PATIENCE_MS)}: ${left.map(({ name }) => name).join(', ')}. What made them is deleted.`,
    hint: `Look at one: kubectl describe pod ${first?.name} -n ${namespace}`,
  })
}
