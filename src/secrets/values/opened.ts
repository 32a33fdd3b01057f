import { comment, scalar, type TreeComment, type TreeScalar } from '../document.ts'
import { macFloat, parseInt64, parseMacFloat } from './numbers.ts'
import { timestamp } from './timestamp.ts'

/** Decrypted bytes as what their type says; undefined where they are nothing of that type. */
export function opened(type: string, bytes: Buffer): TreeScalar | TreeComment | undefined {
  if (type === 'str' || type === 'bytes') return scalar(type, bytes)
  if (type === 'comment') return comment(bytes)
  const text = bytes.toString('latin1')
  if (type === 'int') return found('int', parseInt64(text))
  if (type === 'time') return found('time', timestamp(text))
  if (type === 'bool') return found('bool', /^(true|t|1)$/i.test(text) ? 'True' : falseOf(text))
  if (type !== 'float') return undefined
  const value = parseMacFloat(text)
  return value === undefined ? undefined : scalar('float', macFloat(value))
}

function found(type: 'int' | 'time' | 'bool', text: string | undefined): TreeScalar | undefined {
  return text === undefined ? undefined : scalar(type, text)
}

function falseOf(text: string): string | undefined {
  return /^(false|f|0)$/i.test(text) ? 'False' : undefined
}
