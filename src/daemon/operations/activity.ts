import { aborted } from '../../base/time.ts'
import { broughtUp, withProject } from '../asked-project.ts'
import { retired } from '../session/session.ts'
import type { Operation } from './operation.ts'

/** Tells what devk does by itself, until whoever asked has enough of it. */
export const activity: Operation<'activity'> = async (_, context) => {
  return await withProject(context, async session => {
    await broughtUp(session)
    const end = session.activities.listen(context.tell)
    try {
      await aborted(AbortSignal.any([context.signal, session.ending]))
      if (!context.signal.aborted) throw retired()
      return {}
    } finally {
      end()
    }
  })
}
