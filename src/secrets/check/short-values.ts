import type { SopsDocument } from '../document.ts'
import { mapLeaves } from '../map-leaves.ts'
import { ruleOf } from '../rules.ts'

/** Shorter ones would hide half of what a log says, and are not hidden there. */
const SHORTEST_HIDDEN = 6

/** Where a file's encrypted values are that no log hides. A truth value tells nobody anything. */
export function shortValues({ parts, rules }: SopsDocument): string[] {
  const isEncrypted = ruleOf(rules)
  const found = new Set<string>()
  mapLeaves(parts, (leaf, place) => {
    if (leaf.kind === 'comment' || leaf.type === 'null' || leaf.type === 'bool') return leaf
    const { length } = leaf.bytes
    if (length > 0 && length < SHORTEST_HIDDEN && isEncrypted(place)) found.add(place.path.join('.'))
    return leaf
  })
  return [...found]
}
