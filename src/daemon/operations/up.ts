import { DevkError } from '../../base/errors.ts'
import { checkServices } from '../../model/check-services.ts'
import type { Project } from '../../model/project.ts'
import { withNeeds } from '../../resources/project-nodes.ts'
import { askedProject, withProject } from '../asked-project.ts'
import { keysMark } from '../same-environment.ts'
import { bringUpServices } from '../session/bring-up.ts'
import { projectStatus } from '../session/project-status.ts'
import { shareFresh } from '../session/share-fresh.ts'
import type { Operation } from './operation.ts'

export const up: Operation<'up'> = async (input, context) => {
  const project = await askedProject(input.profiles, context)
  checkServices(
    input.services,
    project.services.map(({ name }) => name),
  )
  const services = withNeeds(project, input.services)
  const { report, signal } = context
  return await withProject(context, session => {
    const user = { env: context.env, folder: context.folder }
    Object.assign(session.user, { ...user, askedUp: true })
    // Who comes with other keys than those of the run that is under way does not get its answer.
    const keys = project.secrets.length > 0 ? keysMark(context.env) : undefined
    return shareFresh(
      session.runs,
      {
        key: JSON.stringify(['up', project, input, keys]),
        definition: JSON.stringify(project),
        title: titleOf(project, input.services),
        report,
        cancel: signal,
      },
      async (steps, running) => {
        const options = { steps, signal: running }
        const what = { project, services, user, pruneVolumes: input.pruneVolumes, tidy: true }
        const run = await bringUpServices(session, what, options)
        const status = await projectStatus(session, options)
        if (!status)
          throw new DevkError({ code: 'STATE_BROKEN', message: 'What this run wrote down is gone.' })
        return { run, status: { ...status, running: undefined } }
      },
    )
  })
}

function titleOf({ name }: Project, services: readonly string[]): string {
  return services.length === 0 ? `up ${name}` : `up ${services.join(', ')} of ${name}`
}
