import type { CallOptions, KubeApi } from '../api.ts'
import type { ObjectMeta } from '../object.ts'
import { isRefusal } from '../refusal.ts'

export interface Partial {
  metadata: ObjectMeta
}

const form = (as: string) => `application/json;as=${as};g=meta.k8s.io;v=v1,application/json`

/** The metadata of the objects at a collection's path; none where there is no such collection. */
export async function listMetadata(
  api: KubeApi,
  path: string,
  options: CallOptions & { labelSelector?: string } = {},
): Promise<ObjectMeta[]> {
  const { labelSelector, ...rest } = options
  const query = labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`
  try {
    const accept = form('PartialObjectMetadataList')
    const list = await api.get<{ items: Partial[] | null }>(path + query, {
      timeout: 15_000,
      ...rest,
      accept,
    })
    return list.items?.map(item => item.metadata) ?? []
  } catch (error) {
    if (isRefusal(error, 404)) return []
    throw error
  }
}

/** An object's metadata; undefined where there is no such object. */
export async function getMetadata(
  api: KubeApi,
  path: string,
  options: CallOptions = {},
): Promise<ObjectMeta | undefined> {
  try {
    const { metadata } = await api.get<Partial>(path, { ...options, accept: form('PartialObjectMetadata') })
    return metadata
  } catch (error) {
    if (isRefusal(error, 404)) return undefined
    throw error
  }
}
