import { scalar, type TreeMap, type TreeNode, type TreeScalar } from '../document.ts'
import { malformed } from '../faults.ts'
import { macFloat, parseFloat64, parseInt64 } from '../values/numbers.ts'
import { DEEPEST, utf8 } from './text.ts'

/**
 * JSON.parse moves keys that look like integers to the front, and keeps only the last of several with one name: either
 * would be another document to the MAC. So this one reads, in the order of the file.
 */
export function readJson(bytes: Buffer, file: string): TreeMap[] {
  const text = utf8(bytes, file)
  let at = 0
  const fail = (): never => {
    throw malformed(file, `it is not JSON from line ${text.slice(0, at).split('\n').length} on`)
  }
  const take = (shape: RegExp): string | undefined => {
    shape.lastIndex = at
    const found = shape.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const sign = (character: string): boolean => {
    take(SPACE)
    if (text[at] !== character) return false
    at += 1
    return true
  }
  /** What stands between two brackets, with commas. */
  const each = (closing: string, one: () => void): void => {
    if (sign(closing)) return
    do one()
    while (sign(','))
    if (!sign(closing)) fail()
  }
  const string = (): string => {
    take(SPACE)
    const quoted = take(STRING)
    if (quoted === undefined) return fail()
    return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
  }
  const map = (depth: number): TreeMap => {
    const entries: TreeMap['entries'] = []
    each('}', () => {
      const key = string()
      if (!sign(':')) fail()
      entries.push({ kind: 'entry', key, value: value(depth) })
    })
    return { kind: 'map', entries }
  }
  const value = (depth: number): TreeNode => {
    if (depth > DEEPEST) throw malformed(file, `it is nested more than ${DEEPEST} deep`)
    if (sign('{')) return map(depth + 1)
    if (sign('[')) {
      const items: TreeNode[] = []
      each(']', () => items.push(value(depth + 1)))
      return { kind: 'list', items }
    }
    if (text[at] === '"') return scalar('str', string())
    return word(take(WORD) ?? fail()) ?? fail()
  }
  if (!sign('{')) throw malformed(file, 'it is not a JSON object')
  const root = map(0)
  take(SPACE)
  if (at < text.length) fail()
  return [root]
}

const SPACE = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y
const WORD = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y

function word(text: string): TreeScalar | undefined {
  if (text === 'null') return scalar('null', '')
  if (text === 'true' || text === 'false') return scalar('bool', text === 'true' ? 'True' : 'False')
  const whole = parseInt64(text)
  if (whole !== undefined) return scalar('int', whole)
  const value = parseFloat64(text)
  return value === undefined ? undefined : scalar('float', macFloat(value))
}
