import { DevkError } from '../base/errors.ts'
import { findProject } from '../base/find-project.ts'
import { findProjectHome } from '../base/project-home.ts'
import type { Project } from '../model/project.ts'
import { readProject } from '../project/read-project.ts'
import type { OperationContext } from './operations/operation.ts'
import { openSession, type Session } from './session/session.ts'
import { readSummary, type Summary } from './session/summary.ts'

/** The project of the folder that the user stands in. Throws PROJECT_MISSING. */
export async function askedProject(
  profiles: readonly string[],
  { folder, env }: Pick<OperationContext, 'folder' | 'env'>,
): Promise<Project> {
  const file = findProject(folder)
  if (file === undefined) throw noProject(folder)
  return await readProject(file, { profiles, env })
}

/** The daemon's session, or one for this operation alone. Undefined where there is no project and never was one. */
export async function withSession<T>(
  { folder, session }: OperationContext,
  work: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  if (session) return await work(session)
  const home = findProjectHome(folder)
  if (!home) return undefined
  await using own = openSession(home, { lasting: false })
  return await work(own)
}

/** The same; throws PROJECT_MISSING where there is no project and never was one. */
export async function withProject<T>(
  context: OperationContext,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const answer = await withSession(context, async session => ({ value: await work(session) }))
  if (!answer) throw noProject(context.folder)
  return answer.value
}

/** What was brought up last. Throws NOT_UP. */
export async function broughtUp({ home }: Session): Promise<Summary> {
  const summary = await readSummary(home)
  if (!summary) throw notUp()
  return summary
}

function noProject(folder: string): DevkError {
  return new DevkError({
    code: 'PROJECT_MISSING',
    message: `There is no devk.yaml in ${folder} or in a folder above it.`,
    hint: 'Go to a folder of your project. The README shows a devk.yaml to begin with.',
  })
}

export function notUp(): DevkError {
  return new DevkError({
    code: 'NOT_UP',
    message: 'Nothing of this project was brought up.',
    hint: 'devk up does that.',
  })
}
