import type { TreeMap } from '../document.ts'
import { malformed } from '../faults.ts'
import { printed } from '../printed.ts'

export function printDotenv([part]: readonly TreeMap[], file: string): Buffer {
  const lines = (part?.entries ?? []).map(one => {
    if (one.kind === 'comment') return Buffer.concat([HASH, one.bytes])
    if (one.value.kind !== 'scalar')
      throw malformed(file, 'it is a dotenv file, and those have no nested values')
    const value = printed(one.value, 'dotenv').bytes.toString('latin1').replaceAll('\n', '\\n')
    return Buffer.concat([Buffer.from(`${one.key}=`, 'utf8'), Buffer.from(value, 'latin1')])
  })
  return Buffer.concat(lines.flatMap(line => [line, LINE_END]))
}

const HASH = Buffer.from('#')
const LINE_END = Buffer.from('\n')
