import { createHash, type Hash, timingSafeEqual } from 'node:crypto'
import {
  comment,
  type SopsFormat,
  type TreeComment,
  type TreeList,
  type TreeMap,
  type TreeNode,
  type TreeScalar,
} from './document.ts'
import { macMismatch, plaintextValue, tamperedValue } from './faults.ts'
import type { Metadata } from './metadata.ts'
import { printed } from './printed.ts'
import { type Rule, ruleOf } from './rules.ts'
import { parseSealed, unseal } from './values/cipher.ts'
import { opened } from './values/opened.ts'

/** Decrypts every value that the file's rule says is encrypted, and verifies that all are there and in their order. */
export function decryptTree(
  parts: readonly TreeMap[],
  { key, metadata, format, file }: { key: Buffer; metadata: Metadata; format: SopsFormat; file: string },
): TreeMap[] {
  const mac = createHash('sha512')
  // So that a file of the one setting can't be passed off as one of the other.
  if (metadata.macOnlyEncrypted) mac.update(createHash('sha256').update('sops').digest())
  const walk: Walk = { key, file, format, mac, rule: ruleOf(metadata.rules), all: !metadata.macOnlyEncrypted }
  const decrypted = parts.map(part => decryptMap(part, [], [], walk))
  verify(mac, metadata, key, file)
  return decrypted
}

interface Walk {
  key: Buffer
  file: string
  format: SopsFormat
  mac: Hash
  rule: Rule
  /** The MAC is over what isn't encrypted too. */
  all: boolean
}

function verify(mac: Hash, metadata: Metadata, key: Buffer, file: string): void {
  const computed = Buffer.from(mac.digest('hex').toUpperCase(), 'latin1')
  const sealed = parseSealed(metadata.mac)
  const stored = typeof sealed === 'string' ? undefined : unseal(sealed, key, metadata.lastModified)
  if (stored?.length !== computed.length || !timingSafeEqual(stored, computed)) throw macMismatch(file)
}

type Comments = readonly (readonly string[])[]

function decryptMap(map: TreeMap, path: readonly string[], outer: Comments, walk: Walk): TreeMap {
  let before: string[] = []
  const entries: TreeMap['entries'] = []
  for (const entry of map.entries) {
    if (entry.kind === 'comment') {
      before.push(entry.bytes.toString('utf8'))
      entries.push(decryptComment(entry, path, [...outer, before], walk))
      continue
    }
    const [place, comments] = [
      [...path, entry.key],
      [...outer, before],
    ]
    const value = decryptNode(entry.value, place, comments, walk)
    if (value.kind === 'comment') throw tamperedValue(walk.file, place)
    entries.push({ ...entry, value })
    before = []
  }
  return { kind: 'map', entries }
}

function decryptList(list: TreeList, path: readonly string[], outer: Comments, walk: Walk): TreeList {
  let before: string[] = []
  const items: TreeList['items'] = []
  for (const item of list.items) {
    if (item.kind === 'comment') {
      before.push(item.bytes.toString('utf8'))
      items.push(decryptComment(item, path, [...outer, before], walk))
      continue
    }
    items.push(decryptNode(item, path, [...outer, before], walk))
    before = []
  }
  return { kind: 'list', items }
}

function decryptNode(
  node: TreeNode,
  path: readonly string[],
  comments: Comments,
  walk: Walk,
): TreeNode | TreeComment {
  if (node.kind === 'map') return decryptMap(node, path, comments, walk)
  if (node.kind === 'list') return decryptList(node, path, comments, walk)
  // Nothing is encrypted of nothing.
  if (node.type === 'null') return printed(node, walk.format)
  const isEncrypted = walk.rule({ path, comments, isComment: false })
  const found = isEncrypted ? decryptScalar(node, path, walk) : node
  if (found.kind === 'comment') return found
  if (walk.all || isEncrypted) walk.mac.update(found.bytes)
  return printed(found, walk.format)
}

function decryptScalar(node: TreeScalar, path: readonly string[], walk: Walk): TreeScalar | TreeComment {
  if (node.type === 'str' && node.bytes.length === 0) return node
  const sealed = node.type === 'str' ? parseSealed(node.bytes) : 'plain'
  if (sealed === 'plain') throw plaintextValue(walk.file, path)
  const bytes = sealed === 'broken' ? undefined : unseal(sealed, walk.key, placeOf(path))
  const value = bytes && sealed !== 'broken' ? opened(sealed.type, bytes) : undefined
  if (!value) throw tamperedValue(walk.file, path)
  return value
}

/** The MAC is not over comments, but each encrypted one is bound to its place. */
function decryptComment(
  node: TreeComment,
  path: readonly string[],
  comments: Comments,
  walk: Walk,
): TreeComment {
  if (!walk.rule({ path, comments, isComment: true })) return node
  const sealed = parseSealed(node.bytes)
  // Old versions of sops left comments as they were.
  if (sealed === 'plain') return node
  const bytes = sealed === 'broken' ? undefined : unseal(sealed, walk.key, placeOf(path))
  if (!bytes) throw tamperedValue(walk.file, [...path, '#'])
  return comment(bytes)
}

function placeOf(path: readonly string[]): string {
  return `${path.join(':')}:`
}
