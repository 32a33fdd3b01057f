import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Scalar, type YAMLMap } from 'yaml'
import { scalar, type TreeList, type TreeMap, type TreeNode, type TreeScalar } from '../document.ts'
import { malformed } from '../faults.ts'
import { plainScalar } from '../values/yaml-scalar.ts'
import { DEEPEST, utf8 } from './text.ts'
import {
  commentLines,
  commentsBehind,
  commentsOf,
  commentsOfValue,
  indentOf,
  type Spilled,
  takeOwn,
} from './yaml-comments.ts'

/** One tree for each document of the stream. The library only tells the structure: what scalars mean is ours to say. */
export function readYaml(bytes: Buffer, file: string): TreeMap[] {
  const text = utf8(bytes, file)
  const documents = parse(text, file)
  if (!Array.isArray(documents)) return []
  return documents.map(document => {
    const [error] = document.errors
    if (error) throw malformed(file, `it is not YAML at line ${lineAt(text, error.pos[0])}`)
    const before = commentLines(document.commentBefore)
    const after = commentLines(document.comment)
    const root = document.contents
    if (root === null || (isScalar(root) && meaning(root)?.type === 'null')) {
      return { kind: 'map', entries: [...before, ...after] }
    }
    if (!isMap(root)) throw malformed(file, 'a document of it is not a mapping')
    const map = readMap(root, { file, spilled: [] }, 0)
    return { kind: 'map', entries: [...before, ...map.entries, ...after] }
  })
}

interface Reading {
  file: string
  /** Comments behind what was read last that belong further out. */
  spilled: Spilled
}

function readNode(node: unknown, reading: Reading, depth: number): TreeNode {
  const { file, spilled } = reading
  if (depth > DEEPEST) throw malformed(file, `it is nested more than ${DEEPEST} deep`)
  if (node === null || node === undefined) return scalar('null', '')
  if (isAlias(node)) throw malformed(file, 'it has an alias (*), which sops never writes')
  if (isMap(node)) return readMap(node, reading, depth)
  if (isSeq(node)) {
    const indent = indentOf(node)
    const items: TreeList['items'] = [...commentLines(node.commentBefore)]
    for (const item of node.items) {
      items.push(...commentsOfValue(item), readNode(item, reading, depth + 1), ...takeOwn(spilled, indent))
    }
    spilled.push(...commentsBehind(node))
    return { kind: 'list', items: [...items, ...takeOwn(spilled, indent)] }
  }
  const found = isScalar(node) ? meaning(node) : undefined
  if (!found) throw malformed(file, 'it has a number that no 64-bit integer holds')
  return found
}

function readMap(node: YAMLMap, reading: Reading, depth: number): TreeMap {
  const { file, spilled } = reading
  const indent = indentOf(node)
  const entries: TreeMap['entries'] = [...commentLines(node.commentBefore)]
  const names = new Set<string>()
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? meaning(key) : undefined
    if (name?.type !== 'str') throw malformed(file, 'it has a key that is not a string')
    entries.push(...commentsOf(key))
    entries.push(...commentsOfValue(value))
    const text = name.bytes.toString('utf8')
    if (names.size === names.add(text).size) throw malformed(file, 'it has a key twice in one mapping')
    entries.push({ kind: 'entry', key: text, value: readNode(value, reading, depth + 1) })
    entries.push(...takeOwn(spilled, indent))
  }
  spilled.push(...commentsBehind(node))
  return { kind: 'map', entries: [...entries, ...takeOwn(spilled, indent)] }
}

/** Undefined where sops refuses the value. */
function meaning(node: Scalar): TreeScalar | undefined {
  // Of << the library makes a symbol.
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '')
  const tag = node.tag?.replace('tag:yaml.org,2002:', '!!')
  if (tag === '!!binary') return scalar('str', Buffer.from(text, 'base64'))
  if (tag !== undefined && !RESOLVED.includes(tag)) return scalar('str', text)
  if (tag === undefined && node.type !== 'PLAIN') return scalar('str', text)
  const found = plainScalar(text)
  if (tag === '!!float' && found?.type === 'int') return scalar('float', found.bytes)
  // Go's library takes a value that isn't what its tag says for nothing.
  return tag === undefined || tag === tagOf(found) ? found : scalar('null', '')
}

const RESOLVED = ['!!bool', '!!int', '!!float', '!!null', '!!timestamp']

function tagOf(found: TreeScalar | undefined): string {
  return found?.type === 'time' ? '!!timestamp' : `!!${found?.type}`
}

/** The library calls itself for each level: a file of brackets alone must not end the process. */
function parse(text: string, file: string): ReturnType<typeof parseAllDocuments> {
  try {
    return parseAllDocuments(indented(text), {
      schema: 'failsafe',
      version: '1.2',
      merge: false,
      // It compares each with all others.
      uniqueKeys: false,
      logLevel: 'silent',
      prettyErrors: false,
      // They say how far a comment is indented: without one nobody asks.
      keepSourceTokens: text.includes('#'),
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw malformed(file, `it is nested more than ${DEEPEST} deep`)
  }
}

/** Sops closes an empty mapping or list that has comments at the start of a line, where Go's library alone takes it. */
function indented(text: string): string {
  if (!/^[}\]]/m.test(text)) return text
  /** Of the comments since a bracket was opened; undefined behind anything else. */
  let indent: string | undefined
  const lines = text.split('\n').map(line => {
    const before = indent
    indent = (before !== undefined && /^( +)#/.exec(line)?.[1]) || (/[{[]$/.test(line) ? '' : undefined)
    return before && /^[}\]]/.test(line) ? before + line : line
  })
  return lines.join('\n')
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
