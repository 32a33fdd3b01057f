import type { TreeComment, TreeScalar } from '../document.ts'
import { parseSealed } from '../values/cipher.ts'

/**
 * How values were encrypted in a file that is written anew: whoever did not change one finds it as it was, so that git
 * shows the change alone. Only the same value in the same place has the same text.
 */
export interface EarlierSeals {
  add: (leaf: TreeScalar | TreeComment, path: readonly string[], sealed: Buffer) => void
  /** Each one once: of a list's equal values each keeps its own. */
  take: (path: readonly string[], type: string, bytes: Buffer) => Buffer | undefined
}

export function earlierSeals(): EarlierSeals {
  const known = new Map<string, Buffer[]>()
  const nameOf = (path: readonly string[], type: string, bytes: Buffer): string =>
    JSON.stringify([path, type, bytes.toString('base64')])
  return {
    add(leaf, path, text) {
      const sealed = parseSealed(text)
      if (typeof sealed === 'string') return
      const name = nameOf(path, sealed.type, leaf.bytes)
      known.set(name, [...(known.get(name) ?? []), text])
    },
    take: (path, type, bytes) => known.get(nameOf(path, type, bytes))?.shift(),
  }
}
