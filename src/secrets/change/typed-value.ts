import { isUtf8 } from 'node:buffer'
import { DevkError } from '../../base/errors.ts'
import { type SopsFormat, scalar, type TreeScalar } from '../document.ts'
import { macFloat, parseFloat64, parseInt64 } from '../values/numbers.ts'

export const VALUE_TYPES = ['str', 'int', 'float', 'bool'] as const
export type ValueType = (typeof VALUE_TYPES)[number]

interface Asked {
  type: ValueType | undefined
  /** What is there now, whose type a new value has if it can. */
  now: TreeScalar | undefined
  format: SopsFormat
}

/** A text as a value. Throws USAGE where it is none of that type, or the format can't hold it. */
export function typedValue(text: Buffer, { type, now, format }: Asked): TreeScalar {
  if (format === 'binary' || format === 'dotenv') return asText(text, type, format)
  if (!isUtf8(text)) {
    throw usage(
      'The value is not UTF-8.',
      'Keep bytes as base64, or in a file of their own, which sops calls binary.',
    )
  }
  if (format === 'ini') return asText(text, type, format)
  const kept = now && VALUE_TYPES.find(known => known === now.type)
  if (type === undefined) return (kept && asExact(text, kept)) ?? scalar('str', text)
  const value = asType(text, type)
  if (!value) throw usage(`The value is no ${type}.`, 'Leave --type out, and it is a text.')
  return value
}

function asText(text: Buffer, type: ValueType | undefined, format: SopsFormat): TreeScalar {
  if (type === undefined || type === 'str') return scalar('str', text)
  throw usage(`A ${format} file has no ${type} values.`, 'Leave --type out.')
}

/** A number has no zeros before or behind it: of a PIN or a version they would be lost. */
function asExact(text: Buffer, type: ValueType): TreeScalar | undefined {
  const value = asType(text, type)
  return type === 'bool' || value?.bytes.equals(text) ? value : undefined
}

function asType(bytes: Buffer, type: ValueType): TreeScalar | undefined {
  const text = bytes.toString('utf8')
  switch (type) {
    case 'str':
      return scalar('str', bytes)
    case 'bool':
      return /^(true|false)$/i.test(text) ? scalar('bool', /^t/i.test(text) ? 'True' : 'False') : undefined
    case 'int': {
      const whole = parseInt64(text)
      return whole === undefined ? undefined : scalar('int', whole)
    }
    case 'float': {
      const value = parseFloat64(text)
      return value === undefined ? undefined : scalar('float', macFloat(value))
    }
  }
}

/** As sops takes one, in JSON. */
export function asJson({ type, bytes }: TreeScalar): string {
  const text = bytes.toString('utf8')
  if (type === 'bool') return text.toLowerCase()
  if (type === 'int' || type === 'float') return text
  if (isUtf8(bytes)) return JSON.stringify(text)
  throw usage('The value is not UTF-8, which sops takes no other values than.', 'Keep bytes as base64.')
}

function usage(message: string, hint: string): DevkError {
  return new DevkError({ code: 'USAGE', message, hint })
}
