import { initSecrets } from '../../secrets/change/init-secrets.ts'
import { projectFolder } from '../project-folder.ts'
import type { Operation } from './operation.ts'

export const secretsInit: Operation<'secrets.init'> = async (_, { folder, env, signal }) =>
  await initSecrets(projectFolder(folder), { standing: folder, env, signal })
