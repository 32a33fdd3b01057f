import type { SopsDocument, TreeScalar } from './document.ts'
import { mapLeaves } from './map-leaves.ts'
import { ruleOf } from './rules.ts'

export interface EncryptedValue {
  /** The keys that lead there, with dots between. */
  path: string
  value: TreeScalar
}

/** What of a file is secret: its values that are encrypted, and are more than a truth value or nothing. */
export function encryptedValues({ parts, rules }: SopsDocument): EncryptedValue[] {
  const isEncrypted = ruleOf(rules)
  const found: EncryptedValue[] = []
  mapLeaves(parts, (leaf, place) => {
    if (leaf.kind === 'comment' || leaf.type === 'null' || leaf.type === 'bool') return leaf
    if (leaf.bytes.length > 0 && isEncrypted(place)) found.push({ path: place.path.join('.'), value: leaf })
    return leaf
  })
  return found
}
