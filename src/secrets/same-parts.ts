import type { SopsFormat, TreeMap } from './document.ts'
import { parsePlain } from './formats/parse.ts'
import { printJson } from './print/json.ts'

/** Whether two documents have the same values in the same places. */
export function sameParts(some: readonly TreeMap[], others: readonly TreeMap[]): boolean {
  return some.length === others.length && some.every((part, index) => same(part, others[index]))
}

/** Whether a text of plaintext says what it was written for: no format but yaml and json can say all. */
export function readsBack(text: Buffer, parts: readonly TreeMap[], format: SopsFormat): boolean {
  try {
    return sameParts(parsePlain(text, format, 'plaintext'), parts)
  } catch {
    return false
  }
}

function same(one: TreeMap, other: TreeMap | undefined): boolean {
  return other !== undefined && printJson([one]).equals(printJson([other]))
}
