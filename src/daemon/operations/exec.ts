import { withProject } from '../asked-project.ts'
import { findPlace } from '../exec/find-place.ts'
import { runInPod } from '../exec/run-in-pod.ts'
import type { Operation } from './operation.ts'

/** A command in a container of a service that runs. */
export const exec: Operation<'exec'> = async (input, context) => {
  return await withProject(context, async session => {
    const place = await findPlace(session, input, context)
    if (place.note) context.steps.note(place.note)
    return await runInPod(place, input, context)
  })
}
