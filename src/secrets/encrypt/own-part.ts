import { type SopsFormat, scalar, type TreeEntry, type TreeMap, type TreeNode } from '../document.ts'
import type { AgeKey, Metadata } from '../metadata.ts'
import { RULE_FIELDS } from '../rules.ts'

type Written = Pick<Metadata, 'age' | 'rules' | 'macOnlyEncrypted' | 'lastModified' | 'mac'>

/** Whose format it is. */
const SOPS_VERSION = '3.13.3'

/** What a new file says of its own encryption, at its end. */
export function ownPart(metadata: Written, format: SopsFormat): TreeEntry[] {
  const text = (value: string | Buffer) => scalar('str', value)
  const rules = RULE_FIELDS.flatMap((name): TreeEntry[] => {
    const rule = metadata.rules[name]
    return rule ? [entry(name, text(rule))] : []
  })
  const fields: TreeEntry[] = [
    entry('age', { kind: 'list', items: metadata.age.map(ageKey) }),
    entry('lastmodified', text(metadata.lastModified)),
    entry('mac', text(metadata.mac)),
    ...(metadata.macOnlyEncrypted ? [entry('mac_only_encrypted', scalar('bool', 'True'))] : []),
    ...(rules.length > 0 ? rules : [entry('unencrypted_suffix', text('_unencrypted'))]),
    entry('version', text(SOPS_VERSION)),
  ]
  const sorted = fields.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  switch (format) {
    case 'dotenv':
      return flat(sorted).map(({ key, value }) => entry(`sops_${key}`, value))
    case 'ini':
      return [entry('sops', map(flat(sorted).map(escaped)))]
    default:
      return [entry('sops', map(sorted))]
  }
}

/** The same part with another time and MAC, and nothing else touched. */
export function restamped(
  own: readonly TreeEntry[],
  format: SopsFormat,
  { lastModified, mac }: Pick<Metadata, 'lastModified' | 'mac'>,
): TreeEntry[] {
  const stamp = (one: TreeEntry, prefix: string): TreeEntry => {
    if (one.key === `${prefix}lastmodified`) return { ...one, value: scalar('str', lastModified) }
    return one.key === `${prefix}mac` ? { ...one, value: scalar('str', mac) } : one
  }
  if (format === 'dotenv') return own.map(one => stamp(one, 'sops_'))
  return own.map(one => {
    if (one.value.kind !== 'map') return one
    const entries = one.value.entries.map(inner => (inner.kind === 'entry' ? stamp(inner, '') : inner))
    return { ...one, value: { kind: 'map', entries } }
  })
}

function ageKey({ encrypted, recipient }: AgeKey): TreeMap {
  return map([entry('enc', scalar('str', encrypted)), entry('recipient', scalar('str', recipient))])
}

/** Formats without nesting have the way to a value as its key. */
function flat(entries: readonly TreeEntry[]): TreeEntry[] {
  return entries.flatMap(({ key, value }) => flatNode(key, value))
}

function flatNode(key: string, node: TreeNode): TreeEntry[] {
  if (node.kind === 'map') {
    return node.entries.flatMap(one =>
      one.kind === 'entry' ? flatNode(`${key}__map_${one.key}`, one.value) : [],
    )
  }
  if (node.kind === 'list') {
    const items = node.items.filter((item): item is TreeNode => item.kind !== 'comment')
    return items.flatMap((item, index) => flatNode(`${key}__list_${index}`, item))
  }
  return [entry(key, scalar('str', node.type === 'bool' ? node.bytes.toString().toLowerCase() : node.bytes))]
}

/** An ini file has the line ends of keys escaped, although it could hold them. */
function escaped({ key, value }: TreeEntry): TreeEntry {
  const text = value.kind === 'scalar' ? value.bytes.toString('utf8') : ''
  return entry(key, scalar('str', text.replaceAll('\n', '\\n')))
}

function entry(key: string, value: TreeNode): TreeEntry {
  return { kind: 'entry', key, value }
}

function map(entries: TreeMap['entries']): TreeMap {
  return { kind: 'map', entries }
}
