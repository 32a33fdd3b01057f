import { notUp, withProject } from '../asked-project.ts'
import { projectStatus } from '../session/project-status.ts'
import type { Operation } from './operation.ts'

export const status: Operation<'status'> = async (_, context) => {
  return await withProject(context, async session => {
    const found = await projectStatus(session, context)
    if (!found) throw notUp()
    return found
  })
}
