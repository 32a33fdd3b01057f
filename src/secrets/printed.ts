import { type SopsFormat, scalar, type TreeScalar } from './document.ts'
import { parseMacFloat, printedFloat } from './values/numbers.ts'

/** A value as sops prints it in a file of that format; all but floats, truth values and nulls are as the MAC has them. */
export function printed(value: TreeScalar, format: SopsFormat): TreeScalar {
  const text = () => value.bytes.toString('latin1')
  if (value.type === 'null') return scalar('null', 'null')
  if (value.type === 'bool') return scalar('bool', text().toLowerCase())
  if (value.type !== 'float') return value
  const number = parseMacFloat(text())
  return number === undefined ? value : scalar('float', printedFloat(number, format))
}
