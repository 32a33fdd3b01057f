import type { RuleFields } from './rules.ts'

export type SopsFormat = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary'

/** A file, decrypted: in memory only. */
export interface SopsDocument {
  format: SopsFormat
  /** Which of its values are encrypted in the file. */
  rules: RuleFields
  /** One for each document of a yaml stream; other formats have one. */
  parts: TreeMap[]
}

export type TreeNode = TreeMap | TreeList | TreeScalar

/** In the file's own order: the MAC is over that. */
export interface TreeMap {
  kind: 'map'
  entries: (TreeEntry | TreeComment)[]
}

export interface TreeEntry {
  kind: 'entry'
  key: string
  value: TreeNode
}

export interface TreeList {
  kind: 'list'
  items: (TreeNode | TreeComment)[]
}

/** One line, without its sign. */
export interface TreeComment {
  kind: 'comment'
  bytes: Buffer
  /** It stands behind the value that follows it here. */
  inline?: true
}

export type ScalarType = 'str' | 'int' | 'float' | 'bool' | 'bytes' | 'time' | 'null'

export interface TreeScalar {
  kind: 'scalar'
  type: ScalarType
  /** In a tree that is read: what the MAC is over. In a document: as sops prints it. */
  bytes: Buffer
}

export function scalar(type: ScalarType, value: Buffer | string): TreeScalar {
  return { kind: 'scalar', type, bytes: typeof value === 'string' ? Buffer.from(value, 'utf8') : value }
}

export function comment(text: Buffer | string): TreeComment {
  return { kind: 'comment', bytes: typeof text === 'string' ? Buffer.from(text, 'utf8') : text }
}

export function entriesOf(map: TreeMap): TreeEntry[] {
  return map.entries.filter(entry => entry.kind === 'entry')
}

/** The value of a key; of several with the same name the last one. */
export function valueAt(map: TreeMap, key: string): TreeNode | undefined {
  return entriesOf(map).findLast(entry => entry.key === key)?.value
}

/** What a value is to a program that reads it: of nothing, nothing. */
export function bytesOf(node: TreeNode | undefined): Buffer {
  return node?.kind === 'scalar' && node.type !== 'null' ? node.bytes : Buffer.alloc(0)
}

/** How sops tells formats apart: by the file's name alone. */
export function formatOf(file: string): SopsFormat {
  if (/\.ya?ml$/.test(file)) return 'yaml'
  if (file.endsWith('.json')) return 'json'
  if (file.endsWith('.env')) return 'dotenv'
  return file.endsWith('.ini') ? 'ini' : 'binary'
}
