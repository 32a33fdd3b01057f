import { DevkError } from '../../base/errors.ts'
import { formatDuration, poll } from '../../base/time.ts'
import type { KubeApi } from '../api.ts'
import type { ObjectMeta } from '../object.ts'
import { getMetadata } from './partial.ts'

export interface GoneOptions {
  signal: AbortSignal
  say: (waits: string) => void
}

const PATIENCE_MS = 3 * 60_000

/** Waits until an object that is being deleted is gone, or another of its name is there. Throws OBJECT_STAYS. */
export async function waitGone(
  api: KubeApi,
  path: string,
  title: string,
  going: ObjectMeta | undefined,
  { signal, say }: GoneOptions,
  patience = PATIENCE_MS,
): Promise<void> {
  const started = Date.now()
  let uid = going?.uid
  await poll(
    async () => {
      const left = await getMetadata(api, path, { signal })
      uid ??= left?.uid
      if (!left || left.uid !== uid) return true
      if (Date.now() - started > patience) throw stays(title, left, patience)
      say(`${title} is being deleted${heldBy(left)}; waiting until it is gone`)
      return undefined
    },
    { every: 100, signal },
  )
}

/** What keeps a deleted object, as its finalizers tell. */
function heldBy({ finalizers = [] }: Pick<ObjectMeta, 'finalizers'>): string {
  const telling = finalizers.filter(finalizer => !['foregroundDeletion', 'orphan'].includes(finalizer))
  return telling.length > 0 ? ` and held by ${telling.join(', ')}` : ''
}

function stays(title: string, left: ObjectMeta, patience: number): DevkError {
  return new DevkError({
    code: 'OBJECT_STAYS',
    message: `${title} was deleted${heldBy(left)}, and is still there after ${formatDuration(patience)}.`,
    hint: left.finalizers?.length
      ? 'What set the finalizer must take it away: look whether its controller runs.'
      : 'Look at what is in it, then run this again.',
  })
}
