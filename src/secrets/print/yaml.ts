import { isUtf8 } from 'node:buffer'
import type { TreeComment, TreeEntry, TreeList, TreeMap, TreeNode, TreeScalar } from '../document.ts'
import { printed } from '../printed.ts'
import { inOneLine, type Written, writeKey, writeString } from './yaml-string.ts'

/** Documents laid out as sops lays them out. A comment stands where it is read as one of the same mapping or list again. */
export function printYaml(parts: readonly TreeMap[], indent = USUAL_INDENT): Buffer {
  const step = (from: number) => indent * Math.floor((from + indent) / indent)
  const text = parts.map(part => `${mapLines(settled(part), 0, step).join('\n')}\n`).join('---\n')
  return Buffer.from(text, 'utf8')
}

const USUAL_INDENT = 4
const LONGEST_KEY = 128

/** How far what stands in something is indented. */
type Step = (indent: number) => number

function mapLines(map: TreeMap, indent: number, step: Step): string[] {
  const pad = ' '.repeat(indent)
  const lines: string[] = []
  let inline = ''
  for (const one of map.entries) {
    if (one.kind === 'entry') {
      lines.push(...entryLines(one, indent, step, inline))
      inline = ''
    } else if (one.inline && inline === '') inline = ` ${commentText(one).join(' ')}`
    else lines.push(...commentText(one).map(line => pad + line))
  }
  return map.entries.some(({ kind }) => kind === 'entry') ? lines : [...lines, `${pad}{}`]
}

function entryLines({ key, value }: TreeEntry, indent: number, step: Step, inline: string): string[] {
  const pad = ' '.repeat(indent)
  const name = writeKey(key)
  const head = Buffer.byteLength(key) > LONGEST_KEY ? `${pad}? ${name}\n${pad}:` : `${pad}${name}:`
  if (value.kind === 'scalar') {
    const inner = step(indent)
    return scalarLines(`${head} `, writeScalar(value, inner - indent), inner, inline)
  }
  if (isEmpty(value)) return [`${head} ${value.kind === 'map' ? '{}' : '[]'}${inline}`]
  return [`${head}${inline}`, ...innerLines(value, step(indent), step)]
}

function innerLines(value: TreeMap | TreeList, indent: number, step: Step): string[] {
  return value.kind === 'map' ? mapLines(value, indent, step) : listLines(value, indent, step)
}

function listLines(list: TreeList, indent: number, step: Step): string[] {
  const pad = ' '.repeat(indent)
  const inner = indent + DASH
  const lines: string[] = []
  let inline = ''
  for (const item of list.items) {
    if (item.kind === 'comment') {
      if (item.inline && inline === '') inline = ` ${commentText(item).join(' ')}`
      else lines.push(...commentText(item).map(line => pad + line))
      continue
    }
    if (item.kind === 'scalar') {
      lines.push(...scalarLines(`${pad}- `, writeScalar(item, DASH), inner, inline))
    } else if (isEmpty(item)) lines.push(`${pad}- ${item.kind === 'map' ? '{}' : '[]'}`)
    else {
      const [first = '', ...rest] = innerLines(item, inner, step)
      lines.push(`${pad}- ${first.slice(inner)}`, ...rest)
    }
    inline = ''
  }
  return lines
}

const DASH = 2

function scalarLines(head: string, { first, below }: Written, indent: number, inline: string): string[] {
  const pad = ' '.repeat(indent)
  return [`${head}${first}${inline}`, ...below.map(line => (line === '' ? '' : pad + line))]
}

function writeScalar(value: TreeScalar, indent: number): Written {
  if (value.type !== 'str' && value.type !== 'bytes') {
    return inOneLine(printed(value, 'yaml').bytes.toString('utf8'))
  }
  if (!isUtf8(value.bytes)) return inOneLine(`!!binary ${value.bytes.toString('base64')}`)
  return writeString(value.bytes.toString('utf8'), indent)
}

function commentText({ bytes }: TreeComment): string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .map(line => `#${line}`)
}

function isEmpty(node: TreeMap | TreeList): boolean {
  return (node.kind === 'map' ? node.entries : node.items).length === 0
}

/** With comments only where YAML has a line of its own for them: none in {} and [], none between a dash and its mapping. */
export function settled(map: TreeMap): TreeMap {
  const entries = map.entries.flatMap((one): TreeMap['entries'] => {
    if (one.kind === 'comment') return [one]
    const { before, value } = settledNode(one.value, false)
    return [...before, { ...one, value }]
  })
  return { kind: 'map', entries }
}

function settledNode(node: TreeNode, inList: boolean): { before: TreeComment[]; value: TreeNode } {
  if (node.kind === 'scalar') return { before: [], value: node }
  if (node.kind === 'map') {
    const map = settled(node)
    const own = map.entries.findIndex(({ kind }) => kind === 'entry')
    const before = own < 0 ? map.entries : inList ? map.entries.slice(0, own) : []
    const isComment = (one: TreeEntry | TreeComment): one is TreeComment => one.kind === 'comment'
    const moved = before.filter(isComment).map(ownLine)
    return { before: moved, value: { kind: 'map', entries: map.entries.slice(before.length) } }
  }
  const items = node.items.flatMap((item): TreeList['items'] => {
    if (item.kind === 'comment') return [item]
    const { before, value } = settledNode(item, true)
    return [...before, value]
  })
  const own = items.findIndex(({ kind }) => kind !== 'comment')
  const before = own < 0 ? items : inList ? items.slice(0, own) : []
  const isComment = (one: TreeNode | TreeComment): one is TreeComment => one.kind === 'comment'
  const moved = before.filter(isComment).map(ownLine)
  return { before: moved, value: { kind: 'list', items: items.slice(before.length) } }
}

function ownLine({ bytes }: TreeComment): TreeComment {
  return { kind: 'comment', bytes }
}
