import type { KubeApi } from '../api.ts'
import { FOUND_LABEL, PROJECT_LABEL } from '../labels.ts'
import { keyOf, type ObjectMeta, type ObjectName, titleOf } from '../object.ts'
import { claimsOf, type Removable } from './claims.ts'
import { ourMetadata } from './current-versions.ts'
import type { ObjectIdentity } from './identity.ts'
import { parallel } from './parallel.ts'
import { listMetadata } from './partial.ts'
import { phaseOf, phases } from './phases.ts'
import { podOwners, waitPodsGone } from './pods-gone.ts'
import { pathOf, resourcesOf } from './resources.ts'
import { waitGone } from './wait-gone.ts'

export type { ObjectIdentity } from './identity.ts'

export interface RemoveOptions {
  /** Only what carries this project's label is removed. */
  project: string
  signal: AbortSignal
  /** Told what it waits for. */
  say: (waits: string) => void
  /** Told what was left, and why. */
  note?: (message: string) => void
  /** PersistentVolumeClaims, their volumes and a namespace with such claims in it stay; else those of StatefulSets go too. */
  keepVolumes: boolean
}

/**
 * Removes the objects, what reads others first, and waits until they and the pods of their workloads are gone. Answers the
 * titles of what it removed. What is gone already, was there before devk, or no longer carries the project's label
 * is left; of the last two a note tells. Throws OBJECT_STAYS where one is not gone after 3 minutes.
 */
export async function removeObjects(
  api: KubeApi,
  objects: readonly ObjectIdentity[],
  options: RemoveOptions,
): Promise<string[]> {
  const { signal, say } = options
  const named = [...new Map(objects.map(object => [keyOf(object), object])).values()]
  const there = await ourMetadata(api, named, options)
  const due = await removable(api, named, there, options)
  if (!options.keepVolumes) due.push(...(await claimsOf(api, due, signal)))
  const owners = await podOwners(api, due, signal)
  const removed: string[] = []
  const lingering: { path: string; title: string; meta: ObjectMeta }[] = []
  for (const phase of phases.toReversed()) {
    const now = due.filter(({ object }) => phaseOf(object) === phase)
    const left = await parallel(now, 8, async ({ object, meta }) => {
      const resource = await resourcesOf(api).resolve(object, signal)
      const path = pathOf(resource, object)
      const rest = await api.delete(
        path,
        { propagation: 'Background', uid: meta.uid },
        { signal, timeout: 30_000 },
      )
      removed.push(titleOf(object))
      return rest ? [{ path, title: titleOf(object), meta: rest.metadata }] : []
    })
    const held = left.flat()
    // An operator must still be there to take its finalizers away.
    if (phase === 'rest')
      await parallel(held, 8, each => waitGone(api, each.path, each.title, each.meta, options))
    else lingering.push(...held)
  }
  await waitPodsGone(api, owners, { signal, say })
  await parallel(lingering, 8, each => waitGone(api, each.path, each.title, each.meta, options))
  return removed
}

async function removable(
  api: KubeApi,
  objects: readonly ObjectIdentity[],
  there: ReadonlyMap<string, ObjectMeta>,
  options: RemoveOptions,
): Promise<Removable[]> {
  const { keepVolumes, note, signal } = options
  const due: Removable[] = []
  for (const object of objects) {
    const meta = there.get(keyOf(object))
    if (!meta) continue
    const others = isNamespace(object) ? await othersIn(api, object.name, options) : undefined
    if (meta.labels?.[FOUND_LABEL] !== undefined) {
      if (!isNamespace(object)) note?.(`${titleOf(object)} was there before devk changed it, and stays.`)
    } else if (others !== undefined) {
      note?.(`${titleOf(object)} stays: devk project ${others} has something in it.`)
    } else if (keepVolumes && (await holdsData(api, object, signal))) {
      note?.(`${titleOf(object)} stays, with its data.`)
    } else due.push({ object, meta })
  }
  return due
}

function isNamespace({ apiVersion, kind }: ObjectName): boolean {
  return kind === 'Namespace' && apiVersion === 'v1'
}

/** Another project that has pods, or what pods read, in the namespace. */
async function othersIn(
  api: KubeApi,
  namespace: string,
  { project, signal }: RemoveOptions,
): Promise<string | undefined> {
  const labelSelector = `${PROJECT_LABEL},${PROJECT_LABEL}!=${project}`
  const lists = ['pods', 'configmaps', 'secrets', 'services', 'persistentvolumeclaims'].map(plural =>
    listMetadata(api, `/api/v1/namespaces/${namespace}/${plural}`, { signal, labelSelector }),
  )
  const [other] = (await Promise.all(lists)).flat()
  return other?.labels?.[PROJECT_LABEL]
}

/** A namespace takes the claims in it along. */
async function holdsData(api: KubeApi, object: ObjectName, signal: AbortSignal): Promise<boolean> {
  const { kind, name } = object
  if (kind === 'PersistentVolumeClaim' || kind === 'PersistentVolume') return true
  if (!isNamespace(object)) return false
  const path = `/api/v1/namespaces/${name}/persistentvolumeclaims`
  return (await listMetadata(api, path, { signal })).length > 0
}
