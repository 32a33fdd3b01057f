import { createHash, type Hash, timingSafeEqual } from 'node:crypto'
import { comment, type SopsFormat, type TreeComment, type TreeMap, type TreeScalar } from './document.ts'
import { macMismatch, plaintextValue, tamperedValue } from './faults.ts'
import { mapLeaves } from './map-leaves.ts'
import type { Metadata } from './metadata.ts'
import { printed } from './printed.ts'
import { ruleOf } from './rules.ts'
import { parseSealed, unseal } from './values/cipher.ts'
import { opened } from './values/opened.ts'

interface Opening {
  key: Buffer
  file: string
}

/** Decrypts every value that the file's rule says is encrypted, and verifies that all are there and in their order. */
export function decryptTree(
  parts: readonly TreeMap[],
  { metadata, format, ...opening }: Opening & { metadata: Metadata; format: SopsFormat },
): TreeMap[] {
  const mac = createHash('sha512')
  // So that a file of the one setting can't be passed off as one of the other.
  if (metadata.macOnlyEncrypted) mac.update(createHash('sha256').update('sops').digest())
  const isEncrypted = ruleOf(metadata.rules)
  const decrypted = mapLeaves(parts, (leaf, place) => {
    const sealed = isEncrypted(place)
    if (leaf.kind === 'comment') return sealed ? openComment(leaf, place.path, opening) : leaf
    // Nothing is encrypted of nothing.
    if (leaf.type === 'null') return printed(leaf, format)
    const value = sealed ? openValue(leaf, place.path, opening) : leaf
    if (value.kind === 'comment') return value
    if (sealed || !metadata.macOnlyEncrypted) mac.update(value.bytes)
    return printed(value, format)
  })
  verify(mac, metadata, opening)
  return decrypted
}

function verify(mac: Hash, metadata: Metadata, { key, file }: Opening): void {
  const computed = Buffer.from(mac.digest('hex').toUpperCase(), 'latin1')
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
  return comment(bytes)
}

function placeOf(path: readonly string[]): string {
  return `${path.join(':')}:`
}
