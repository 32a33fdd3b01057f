import {
  entriesOf,
  type SopsFormat,
  scalar,
  type TreeEntry,
  type TreeMap,
  type TreeNode,
  valueAt,
} from './document.ts'
import { macMissing, malformed, notEncrypted, shamir } from './faults.ts'
import { parse } from './formats/parse.ts'
import { RULE_FIELDS, type RuleFields } from './rules.ts'
import { unflatten } from './unflatten.ts'
import { wholeSeconds } from './values/timestamp.ts'

/** What a file says of its own encryption. */
export interface Metadata {
  /** Each holds the same data key. */
  age: AgeKey[]
  /** The kinds of keys that devk itself can't use, such as `pgp`, with what tells them apart. */
  others: string[]
  rules: RuleFields
  macOnlyEncrypted: boolean
  mac: Buffer
  /** As the MAC is bound to it. */
  lastModified: string
}

export interface AgeKey {
  recipient: string
  /** Armored. */
  encrypted: string
}

export interface ParsedSops {
  parts: TreeMap[]
  metadata: Metadata
  /** As it stood in the file. */
  own: TreeEntry[]
}

/** An encrypted file, and sops' own part of it. Throws where that is absent, incomplete, or the key is in several parts. */
export function parseSops(text: Buffer, format: SopsFormat, file: string): ParsedSops {
  return takeMetadata(parse(text, format, file), format, file)
}

/** Takes sops' own part out of a file's trees; throws as `parseSops`. */
export function takeMetadata(parts: readonly TreeMap[], format: SopsFormat, file: string): ParsedSops {
  const found = parts[0] ? entriesOf(parts[0]).filter(({ key }) => isOwnKey(key, format)) : []
  const own = format === 'dotenv' ? found.map(entry => ({ ...entry, key: entry.key.slice(5) })) : found
  const metadata = assemble(own, format, file)
  return { parts: withoutOwnPart(parts, format), metadata: understand(metadata, file), own: found }
}

export function withoutOwnPart(parts: readonly TreeMap[], format: SopsFormat): TreeMap[] {
  return parts.map(part => ({
    ...part,
    entries: part.entries.filter(entry => entry.kind === 'comment' || !isOwnKey(entry.key, format)),
  }))
}

/** At the top of a document it is sops' own, and nobody else's may be named so. */
export function isOwnKey(key: string, format: SopsFormat): boolean {
  return format === 'dotenv' ? key.startsWith('sops_') : key === 'sops'
}

function assemble(entries: TreeEntry[], format: SopsFormat, file: string): TreeMap {
  const [first, second] = entries
  if (!first) throw notEncrypted(file)
  if (format === 'dotenv') return unflatten(entries, file)
  if (second) throw malformed(file, 'it has two parts named sops')
  if (first.value.kind !== 'map') throw malformed(file, 'what is named sops in it is no mapping')
  return format === 'ini' ? unflatten(entriesOf(first.value).map(unescaped), file) : first.value
}

/** An ini file has the line ends of keys escaped, although it could hold them. */
function unescaped(entry: TreeEntry): TreeEntry {
  const value = entry.value.kind === 'scalar' ? entry.value.bytes.toString('utf8') : ''
  return { ...entry, value: scalar('str', value.replaceAll('\\n', '\n')) }
}

const OTHERS: Record<string, string> = {
  pgp: 'fp',
  kms: 'arn',
  gcp_kms: 'resource_id',
  hckms: 'key_id',
  azure_kv: 'vault_url',
  hc_vault: 'vault_address',
}

function understand(map: TreeMap, file: string): Metadata {
  const keys = keysOf(map, file)
  const rules = Object.fromEntries(
    RULE_FIELDS.map(name => [name, textAt(map, name)]).filter(([, text]) => text),
  ) as RuleFields
  if (Object.keys(rules).length > 1)
    throw malformed(file, 'its metadata has several rules for what is encrypted')
  const lastModified = wholeSeconds(textAt(map, 'lastmodified'))
  if (lastModified === undefined) throw malformed(file, 'its metadata says no time of its last change')
  const mac = textAt(map, 'mac')
  if (mac === '') throw macMissing(file)
  return {
    age: listAt(keys, 'age').map(key => ({
      recipient: textAt(key, 'recipient'),
      encrypted: textAt(key, 'enc'),
    })),
    others: Object.entries(OTHERS).flatMap(([kind, name]) =>
      listAt(keys, kind).map(key => `${kind} ${textAt(key, name)}`),
    ),
    rules,
    macOnlyEncrypted: /^(1|t|true)$/i.test(textAt(map, 'mac_only_encrypted')),
    mac: Buffer.from(mac, 'utf8'),
    lastModified,
  }
}

/** Where the keys are: beside the rest, or in the one group there is. */
function keysOf(map: TreeMap, file: string): TreeMap {
  if (['age', ...Object.keys(OTHERS)].some(kind => listAt(map, kind).length > 0)) return map
  const groups = listAt(map, 'key_groups')
  const [group] = groups
  if (groups.length > 1) throw shamir(file, groups.length)
  if (!group) throw malformed(file, 'its metadata names no key')
  return group
}

function listAt(map: TreeMap, key: string): TreeMap[] {
  const list = valueAt(map, key)
  return list?.kind === 'list' ? list.items.filter(item => item.kind === 'map') : []
}

function textAt(map: TreeMap, key: string): string {
  const value: TreeNode | undefined = valueAt(map, key)
  return value?.kind === 'scalar' ? value.bytes.toString('utf8') : ''
}
