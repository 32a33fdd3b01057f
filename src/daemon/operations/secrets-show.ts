import { DevkError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { openSecrets } from '../../resources/open-secrets.ts'
import { askedProject } from '../asked-project.ts'
import type { Operation } from './operation.ts'

/** One value of one Secret; who asks sees to it that only the right eyes get it. */
export const secretsShow: Operation<'secrets.show'> = async ({ name, key, profiles }, context) => {
  const { folder, secrets } = await askedProject(profiles, context)
  const spec = secrets.find(one => one.name === name)
  if (!spec)
    throw unknown(
      `The project has no Secret ${name}`,
      name,
      secrets.map(one => one.name),
    )
  const entries = await openSecrets(folder, context).entries(spec, context.signal)
  const value = entries.get(key)
  if (!value) throw unknown(`Secret ${name} has no entry ${key}`, key, [...entries.keys()])
  return { value: value.toString('base64') }
}

function unknown(message: string, word: string, names: readonly string[]): DevkError {
  return new DevkError({
    code: 'SECRETS_UNKNOWN',
    message: `${message}${didYouMean(word, names) || '.'}`,
    hint: 'devk secrets list shows what there is.',
  })
}
