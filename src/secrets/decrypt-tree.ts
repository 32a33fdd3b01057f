import { type Hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { SopsFormat, TreeComment, TreeMap, TreeScalar } from './document.ts'
import { macMismatch, plaintextValue, tamperedValue } from './faults.ts'
import { mapLeaves } from './map-leaves.ts'
import type { Metadata } from './metadata.ts'
import { printed } from './printed.ts'
import { ruleOf } from './rules.ts'
import { parseSealed, placeOf, unseal } from './values/cipher.ts'
import { beginMac, macText } from './values/mac.ts'
import { opened } from './values/opened.ts'

interface Opening {
  key: KeyObject
  file: string
}

interface OpenedTree {
  metadata: Metadata
  /** Is told of each value and comment that was encrypted, and how it stood in the file. */
  onOpened?: (leaf: TreeScalar | TreeComment, path: readonly string[], sealed: Buffer) => void
}

/** Decrypts every value that the file's rule says is encrypted, and verifies that all are there and in their order. */
export function decryptTree(
  parts: readonly TreeMap[],
  { format, ...opening }: Opening & OpenedTree & { format: SopsFormat },
): TreeMap[] {
  return mapLeaves(openTree(parts, opening), leaf => (leaf.kind === 'comment' ? leaf : printed(leaf, format)))
}

/** The same, with values as the MAC has them, which is how they are read from plaintext. */
export function openTree(
  parts: readonly TreeMap[],
  { metadata, onOpened, ...opening }: Opening & OpenedTree,
): TreeMap[] {
  const mac = beginMac(metadata.macOnlyEncrypted)
  const isEncrypted = ruleOf(metadata.rules)
  const decrypted = mapLeaves(parts, (leaf, place) => {
    const sealed = isEncrypted(place)
    const open = (): TreeScalar | TreeComment => {
      const found =
        leaf.kind === 'comment'
          ? openComment(leaf, place.path, opening)
          : openValue(leaf, place.path, opening)
      onOpened?.(found, place.path, leaf.bytes)
      return found
    }
    if (leaf.kind === 'comment') return sealed ? open() : leaf
    // Nothing is encrypted of nothing.
    if (leaf.type === 'null') return leaf
    const value = sealed ? open() : leaf
    if (value.kind === 'comment') return value
    if (sealed || !metadata.macOnlyEncrypted) mac.update(value.bytes)
    return value
  })
  verify(mac, metadata, opening)
  return decrypted
}

function verify(mac: Hash, metadata: Metadata, { key, file }: Opening): void {
  const computed = macText(mac)
  const sealed = parseSealed(metadata.mac)
  const stored = typeof sealed === 'string' ? undefined : unseal(sealed, key, metadata.lastModified)
  if (stored?.length !== computed.length || !timingSafeEqual(stored, computed)) throw macMismatch(file)
}

function openValue(
  node: TreeScalar,
  path: readonly string[],
  { key, file }: Opening,
): TreeScalar | TreeComment {
  if (node.type === 'str' && node.bytes.length === 0) return node
  const sealed = node.type === 'str' ? parseSealed(node.bytes) : 'plain'
  if (sealed === 'plain') throw plaintextValue(file, path)
  const bytes = sealed === 'broken' ? undefined : unseal(sealed, key, placeOf(path))
  const value = bytes && sealed !== 'broken' ? opened(sealed.type, bytes) : undefined
  if (!value) throw tamperedValue(file, path)
  return value
}

/** The MAC is not over comments, but each encrypted one is bound to its place. */
function openComment(node: TreeComment, path: readonly string[], { key, file }: Opening): TreeComment {
  const sealed = parseSealed(node.bytes)
  // Old versions of sops left comments as they were.
  if (sealed === 'plain') return node
  const bytes = sealed === 'broken' ? undefined : unseal(sealed, key, placeOf(path))
  if (!bytes) throw tamperedValue(file, [...path, '#'])
  return { ...node, bytes }
}
