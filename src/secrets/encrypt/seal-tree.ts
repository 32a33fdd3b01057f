import type { Hash, KeyObject } from 'node:crypto'
import {
  scalar,
  type TreeComment,
  type TreeList,
  type TreeMap,
  type TreeNode,
  type TreeScalar,
} from '../document.ts'
import { mapLeaves } from '../map-leaves.ts'
import type { Metadata } from '../metadata.ts'
import { ruleOf } from '../rules.ts'
import { parseSealed, placeOf, seal } from '../values/cipher.ts'
import { beginMac, macText } from '../values/mac.ts'
import type { EarlierSeals } from './earlier-seals.ts'

export interface Sealing extends Pick<Metadata, 'rules' | 'macOnlyEncrypted'> {
  key: KeyObject
  /** How values stood in the file until now: what did not change stays as it is. */
  earlier?: EarlierSeals | undefined
}

/** Encrypts what the rule says, as sops does; the MAC that is told is not encrypted yet. */
export function sealTree(
  parts: readonly TreeMap[],
  { key, rules, macOnlyEncrypted, earlier }: Sealing,
): { parts: TreeMap[]; mac: Buffer } {
  const mac: Hash = beginMac(macOnlyEncrypted)
  const isEncrypted = ruleOf(rules)
  const sealLeaf = (bytes: Buffer, type: string, path: readonly string[]): Buffer =>
    earlier?.take(path, type, bytes) ?? seal(bytes, type, key, placeOf(path))
  const sealValue = ({ type, bytes }: TreeScalar, path: readonly string[]): TreeScalar =>
    type === 'str' && bytes.length === 0
      ? scalar('str', '')
      : scalar('str', sealLeaf(bytes, type === 'bytes' ? 'str' : type, path))
  const sealComment = (one: TreeComment, path: readonly string[]): TreeComment =>
    one.bytes.length === 0 ? one : { ...one, bytes: sealLeaf(one.bytes, 'comment', path) }
  const sealed = mapLeaves(parts, (leaf, place) => {
    const encrypt = isEncrypted(place)
    if (leaf.kind === 'comment') return encrypt ? sealComment(leaf, place.path) : leaf
    if (leaf.type === 'null') return leaf
    if (encrypt || !macOnlyEncrypted) mac.update(leaf.bytes)
    return encrypt ? sealValue(leaf, place.path) : leaf
  })
  const byComments = rules.encrypted_comment_regex || rules.unencrypted_comment_regex
  // Where a rule goes by comments, an item would end what a comment before it says of the next one.
  return { parts: byComments ? sealed : sealed.map(part => withItems(part) as TreeMap), mac: macText(mac) }
}

/** An encrypted comment in a list is an item of it, so that nothing moves it out of there. */
function withItems(node: TreeNode): TreeNode {
  if (node.kind === 'scalar') return node
  if (node.kind === 'map') {
    const entries = node.entries.map(one =>
      one.kind === 'entry' ? { ...one, value: withItems(one.value) } : one,
    )
    return { kind: 'map', entries }
  }
  const items = node.items.map((item): TreeList['items'][number] => {
    if (item.kind !== 'comment') return withItems(item)
    return parseSealed(item.bytes) === 'plain' ? item : scalar('str', item.bytes)
  })
  return { kind: 'list', items }
}
