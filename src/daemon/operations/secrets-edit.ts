import { openSecret, saveSealed, saveSecret } from '../../secrets/change/edit-secret.ts'
import type { Operation } from './operation.ts'

/** The plaintext goes to the client by a pipe: its terminal is where the editor runs. */
export const secretsOpen: Operation<'secrets.open'> = async ({ file }, { folder, env, signal }) =>
  await openSecret({ file, folder, env, signal })

export const secretsSave: Operation<'secrets.save'> = async (
  { file, stamp, text, isSealed },
  { folder, env, signal },
) => {
  const save = isSealed ? saveSealed : saveSecret
  return await save(Buffer.from(text, 'base64'), { file, stamp, folder, env, signal })
}
