import { checkSecrets } from '../../secrets/check/check-secrets.ts'
import { projectFolder } from '../project-folder.ts'
import type { Operation } from './operation.ts'

export const secretsCheck: Operation<'secrets.check'> = async (_, { folder: stood, env, steps, signal }) => {
  const folder = projectFolder(stood)
  const files = await steps.during('Decrypting what is encrypted', () =>
    checkSecrets(folder, { env, standing: stood, signal }),
  )
  return { folder, files }
}
