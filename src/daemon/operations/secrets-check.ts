import { dirname } from 'node:path'
import { findProject } from '../../base/find-project.ts'
import { checkSecrets } from '../../secrets/check/check-secrets.ts'
import type { Operation } from './operation.ts'

export const secretsCheck: Operation<'secrets.check'> = async (_, { folder: stood, env, steps, signal }) => {
  const project = findProject(stood)
  const folder = project === undefined ? stood : dirname(project)
  const files = await steps.during('Decrypting what is encrypted', () =>
    checkSecrets(folder, { env, signal }),
  )
  return { folder, files }
}
