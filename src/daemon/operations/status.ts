import { noProject, notUp, withSession } from '../asked-project.ts'
import { projectStatus } from '../session/project-status.ts'
import type { Operation } from './operation.ts'

export const status: Operation<'status'> = async (_, context) => {
  const answer = await withSession(context, async session => {
    const found = await projectStatus(session, context)
    if (!found) throw notUp()
    return found
  })
  if (!answer) throw noProject(context.folder)
  return answer
}
