import { sleep } from '../../base/time.ts'
import type { Applied, KubeApi } from '../api.ts'
import { type KubeObject, nameOf, type ObjectMeta, titleOf } from '../object.ts'
import { isRefusal, type KubeRefusal } from '../refusal.ts'
import { explainRefusal, isImmutable, isTerminating, passes, withoutSecrets } from './explain-refusal.ts'
import type { AppliedObject } from './identity.ts'
import type { ApplyOptions, Due, Placed } from './options.ts'
import { pathOf } from './resources.ts'
import { isChanged } from './version.ts'
import { waitGone } from './wait-gone.ts'

interface Outcome {
  object: KubeObject
  outcome: AppliedObject['outcome']
}

const REPLACED = new Set(['Job', 'Pod'])

/** How long a refusal that passes by itself is waited for: a webhook's pod may only just be starting. */
const PATIENCE_MS = 60_000

/** Applies one object, through what stands in its way for a while. Throws what `explainRefusal` explains. */
export async function applyOne(
  api: KubeApi,
  { object, resource, before }: Due,
  options: ApplyOptions,
): Promise<Outcome> {
  const { signal, say } = options
  const path = pathOf(resource, object.metadata)
  const title = titleOf(nameOf(object))
  const started = Date.now()
  while (true) {
    try {
      const applied = await api.apply(path, object, { signal, timeout: 30_000 })
      if (applied.object.metadata.deletionTimestamp === undefined) return outcomeOf(applied, before)
      // Somebody deleted it, and it is still there: what was applied to it goes with it.
      await waitGone(api, path, title, applied.object.metadata, options)
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (isTerminating(error)) await waitNamespaceGone(api, object, error, options)
      else if (isImmutable(error) && REPLACED.has(object.kind) && before) {
        return await replace(api, { object, resource, before }, options)
      } else if (passes(error, object) && Date.now() - started < PATIENCE_MS) {
        say(`${title}: ${withoutSecrets(error, object).said}`)
        await sleep(200, signal)
      } else throw explainRefusal(error, object)
    }
  }
}

/** What can't be changed in place: deleted, with what it made, and made anew. */
async function replace(
  api: KubeApi,
  { object, resource, before }: Placed & { before: ObjectMeta },
  options: ApplyOptions,
): Promise<Outcome> {
  const { signal, note } = options
  const path = pathOf(resource, object.metadata)
  const title = titleOf(nameOf(object))
  const left = await api.delete(path, { propagation: 'Foreground', uid: before.uid }, { signal })
  if (left) await waitGone(api, path, title, left.metadata, options)
  note?.(`${title} changed, and can't be changed in place: it was deleted and made anew, and runs again.`)
  const made = await applyOne(api, { object, resource, before: undefined }, options)
  return { ...made, outcome: 'changed' }
}

function outcomeOf({ object, created }: Applied, before: Due['before']): Outcome {
  if (created) return { object, outcome: 'created' }
  if (before?.uid !== object.metadata.uid) return { object, outcome: 'changed' }
  return { object, outcome: before && !isChanged(before, object.metadata) ? 'unchanged' : 'changed' }
}

async function waitNamespaceGone(
  api: KubeApi,
  object: KubeObject,
  error: KubeRefusal,
  options: ApplyOptions,
): Promise<void> {
  const { namespace } = object.metadata
  if (namespace === undefined) throw explainRefusal(error, object)
  await waitGone(api, `/api/v1/namespaces/${namespace}`, `Namespace ${namespace}`, undefined, options)
}
