import { type Hidden, openHidden } from '../../../src/base/hidden/hidden.ts'
import { leavesOf } from '../../../src/secrets/leaves-of.ts'

/** With these entries of one Secret, `shop`. */
export function hiding(entries: Record<string, string | Buffer>): Hidden {
  const hidden = openHidden(leavesOf)
  hidden.hide('shop', new Map(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)])))
  return hidden
}
