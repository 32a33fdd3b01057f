import { DevkError } from '../../base/errors.ts'
import { setSecret } from '../../secrets/change/set-secret.ts'
import { VALUE_TYPES, type ValueType } from '../../secrets/change/typed-value.ts'
import type { Operation } from './operation.ts'

export const secretsSet: Operation<'secrets.set'> = async (
  { file, key, value, type, plain },
  { folder, env, signal },
) => {
  const options = { file, key, folder, env, signal, mayBePlain: plain }
  return await setSecret({ ...options, value: Buffer.from(value, 'base64'), type: known(type) })
}

function known(type: string | undefined): ValueType | undefined {
  const found = VALUE_TYPES.find(name => name === type)
  if (type === undefined || found) return found
  throw new DevkError({
    code: 'USAGE',
    message: `There is no type ${type}.`,
    hint: `--type is one of ${VALUE_TYPES.join(', ')}.`,
  })
}
