import { scalar, type TreeScalar } from '../document.ts'
import { int64, macFloat, parseFloat64 } from './numbers.ts'
import { timestamp } from './timestamp.ts'

const WORDS = new Map<string, TreeScalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map(word => [word, scalar('null', '')] as const),
  ...['true', 'True', 'TRUE'].map(word => [word, scalar('bool', 'True')] as const),
  ...['false', 'False', 'FALSE'].map(word => [word, scalar('bool', 'False')] as const),
  ...['.nan', '.NaN', '.NAN'].map(word => [word, scalar('float', 'NaN')] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    word => [word, scalar('float', '+Inf')] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map(word => [word, scalar('float', '-Inf')] as const),
])

/**
 * What a plain scalar means to sops, which reads YAML by Go's library: 0777 is octal, 1_000 a number, 2001-01-01 a time.
 * Undefined where sops would refuse it: a whole number that only an unsigned 64-bit integer holds.
 */
export function plainScalar(text: string): TreeScalar | undefined {
  const word = WORDS.get(text)
  if (word) return word
  if (/^\./.test(text)) return float(text) ?? scalar('str', text)
  if (!/^[-+\d]/.test(text)) return scalar('str', text)
  const time = timestamp(text)
  if (time !== undefined) return scalar('time', time)
  const plain = text.replaceAll('_', '')
  const whole = wholeNumber(plain)
  if (whole === undefined) return float(plain) ?? scalar('str', text)
  const fitting = int64(whole)
  if (fitting !== undefined) return scalar('int', fitting)
  if (whole > 0n && whole < 2n ** 64n && !plain.startsWith('+')) return undefined
  return float(plain) ?? scalar('str', text)
}

function float(text: string): TreeScalar | undefined {
  const value = parseFloat64(text)
  return value === undefined ? undefined : scalar('float', macFloat(value))
}

const WHOLE: [shape: RegExp, prefix: string][] = [
  [/^(0|[1-9]\d*)$/, ''],
  [/^0[xX]([\da-fA-F]+)$/, '0x'],
  [/^0[bB]([01]+)$/, '0b'],
  [/^0[oO]?([0-7]+)$/, '0o'],
]

/** As Go's ParseInt of any base: 0x, 0b, 0o, and 0 alone for octal. */
function wholeNumber(text: string): bigint | undefined {
  const unsigned = text.replace(/^[-+]/, '')
  for (const [shape, prefix] of WHOLE) {
    const [, digits] = shape.exec(unsigned) ?? []
    if (digits === undefined) continue
    const value = BigInt(`${prefix}${digits}`)
    return text.startsWith('-') ? -value : value
  }
  return undefined
}
