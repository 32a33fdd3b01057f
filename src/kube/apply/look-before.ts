import { DevkError } from '../../base/errors.ts'
import type { KubeApi } from '../api.ts'
import { PROJECT_LABEL } from '../labels.ts'
import { keyOf, nameOf, type ObjectMeta, titleOf } from '../object.ts'
import type { Placed } from './options.ts'
import { getMetadata, listMetadata } from './partial.ts'
import { collectionPath, pathOf } from './resources.ts'

/** The metadata of those of the objects that are there, by `keyOf`: one request a kind and namespace, all at once. */
export async function lookBefore(
  api: KubeApi,
  due: readonly Placed[],
  signal: AbortSignal,
): Promise<Map<string, ObjectMeta>> {
  const groups = Map.groupBy(due, ({ object, resource }) =>
    collectionPath(resource, object.metadata.namespace),
  )
  const looks = [...groups].map(async ([path, group]) => {
    const [first] = group
    if (first && group.length === 1) {
      const meta = await getMetadata(api, pathOf(first.resource, first.object.metadata), { signal })
      return meta ? [[keyOf(nameOf(first.object)), meta] as const] : []
    }
    const there = new Map((await listMetadata(api, path, { signal })).map(meta => [meta.name, meta]))
    return group.flatMap(({ object }) => {
      const meta = there.get(object.metadata.name)
      return meta ? [[keyOf(nameOf(object)), meta] as const] : []
    })
  })
  return new Map((await Promise.all(looks)).flat())
}

/** Throws OBJECT_FOREIGN with all objects that another project has. */
export function refuseForeign(due: readonly Placed[], before: ReadonlyMap<string, ObjectMeta>): void {
  const foreign = due.flatMap(({ object }) => {
    const mine = object.metadata.labels?.[PROJECT_LABEL]
    const theirs = before.get(keyOf(nameOf(object)))?.labels?.[PROJECT_LABEL]
    // A namespace may be shared: what is in it tells whose it is.
    if (mine === undefined || theirs === undefined || mine === theirs || object.kind === 'Namespace')
      return []
    return [{ title: titleOf(nameOf(object)), theirs }]
  })
  const [first] = foreign
  if (!first) return
  const others =
    foreign.length > 1 ? `, and so ${foreign.length === 2 ? 'does' : 'do'} ${foreign.length - 1} more` : ''
  throw new DevkError({
    code: 'OBJECT_FOREIGN',
    message: `${first.title} belongs to devk project ${first.theirs}${others}. Nothing was applied.`,
    hint: `Give this project another namespace or name, or take project ${first.theirs} down first.`,
    ...(foreign.length > 1 && {
      detail: foreign.map(({ title, theirs }) => `${title}: project ${theirs}`).join('\n'),
    }),
  })
}
