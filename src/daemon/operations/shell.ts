import { noProject, withSession } from '../asked-project.ts'
import { findPlace } from '../exec/find-place.ts'
import { runInPod } from '../exec/run-in-pod.ts'
import type { Operation } from './operation.ts'

export const shell: Operation<'shell'> = async (input, context) => {
  const answer = await withSession(context, async session => {
    const place = await findPlace(session, input, context)
    return await runInPod(place, { ...input, command: ['sh'] }, context)
  })
  if (!answer) throw noProject(context.folder)
  return answer
}
