import type { KubeApi } from '../api.ts'
import { PROJECT_LABEL } from '../labels.ts'
import { keyOf, type ObjectMeta, type ObjectName } from '../object.ts'
import { listMetadata } from './partial.ts'
import { collectionPath, resourcesOf } from './resources.ts'
import { versionOf } from './version.ts'

export interface OursOptions {
  project: string
  signal: AbortSignal
}

/**
 * The present version of each of these objects by `keyOf`, one request a kind and namespace, all at once. What is not
 * in the answer is gone, is just being deleted, or does not carry the project's label any more.
 */
export async function currentVersions(
  api: KubeApi,
  names: readonly ObjectName[],
  options: OursOptions,
): Promise<Map<string, string>> {
  const metas = await ourMetadata(api, names, options)
  const alive = [...metas].filter(([, meta]) => meta.deletionTimestamp === undefined)
  return new Map(alive.map(([key, meta]) => [key, versionOf(meta)]))
}

/** The metadata of those of the objects that carry the project's label. */
export async function ourMetadata(
  api: KubeApi,
  names: readonly ObjectName[],
  { project, signal }: OursOptions,
): Promise<Map<string, ObjectMeta>> {
  const wanted = new Set(names.map(keyOf))
  const groups = Map.groupBy(names, ({ apiVersion, kind, namespace }) =>
    JSON.stringify([apiVersion, kind, namespace]),
  )
  const labelSelector = `${PROJECT_LABEL}=${project}`
  const lists = [...groups.values()].map(async ([first]) => {
    if (!first) return []
    const resource = await resourcesOf(api).find(first.apiVersion, first.kind, signal)
    // Its CRD is gone, and with it all objects of the kind.
    if (!resource) return []
    const path = collectionPath(resource, first.namespace)
    const metas = await listMetadata(api, path, { signal, labelSelector })
    return metas.map(meta => [keyOf({ ...first, name: meta.name }), meta] as const)
  })
  const all = (await Promise.all(lists)).flat()
  return new Map(all.filter(([key]) => wanted.has(key)))
}
