import type { KubeApi } from '../api.ts'
import type { KubeObject, ObjectMeta, ObjectName } from '../object.ts'
import { listMetadata } from './partial.ts'

/** An object that is about to be removed, as it is now. */
export interface Removable {
  object: ObjectName
  meta: ObjectMeta
}

interface StatefulSet extends KubeObject {
  spec?: { volumeClaimTemplates?: { metadata: { name: string } }[] }
}

/** The claims that StatefulSets made, which are named by no manifest: `data-db-0`. */
export async function claimsOf(
  api: KubeApi,
  objects: readonly Removable[],
  signal: AbortSignal,
): Promise<Removable[]> {
  const sets = objects.filter(
    ({ object }) => object.kind === 'StatefulSet' && /^apps\//.test(object.apiVersion),
  )
  const claims = sets.map(async ({ object: { name, namespace = 'default' } }) => {
    const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`
    const { spec } = await api.get<StatefulSet>(path, { signal })
    const templates = spec?.volumeClaimTemplates ?? []
    if (templates.length === 0) return []
    const metas = await listMetadata(api, `/api/v1/namespaces/${namespace}/persistentvolumeclaims`, {
      signal,
    })
    return metas
      .filter(meta => templates.some(({ metadata }) => isOrdinalOf(`${metadata.name}-${name}-`, meta.name)))
      .map(meta => ({
        object: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: meta.name },
        meta,
      }))
  })
  return (await Promise.all(claims)).flat()
}

function isOrdinalOf(prefix: string, name: string): boolean {
  return name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))
}
