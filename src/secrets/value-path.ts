import { DevkError } from '../base/errors.ts'
import { entriesOf, type SopsFormat, type TreeMap, type TreeNode } from './document.ts'

/** Keys, and places in lists. */
export type ValuePath = (string | number)[]

/**
 * What `a.b.0` or, as sops writes it, `["a"]["b"][0]` names in a document: what is there, or what is to be made.
 * Formats without nesting take the whole for a key.
 */
export function valuePath(text: string, [part]: readonly TreeMap[], format: SopsFormat): ValuePath {
  if (text.startsWith('[')) return bracketed(text)
  if (format === 'dotenv' || format === 'binary') return [text]
  const path = (part && find(part, text)?.path) ?? newPath(text, part)
  if (path.includes('')) throw notAPath(text)
  const [section = '', ...keys] = path
  // An ini file has sections of keys, and nothing deeper.
  return format === 'ini' && keys.length > 0 ? [section, keys.join('.')] : path
}

export interface Found {
  path: ValuePath
  node: TreeNode
}

/** What is there by that name: keys may have dots themselves, and the longest that leads to something counts. */
export function find(above: TreeNode, text: string): Found | undefined {
  for (const { key, node } of stepsInto(above, text)) {
    const name = String(key)
    const below = text === name ? { path: [], node } : find(node, text.slice(name.length + 1))
    if (below) return { path: [key, ...below.path], node: below.node }
  }
  return undefined
}

interface Step {
  key: string | number
  node: TreeNode
}

/** The longest first, and of equal ones the last: that is the one that is read. */
function stepsInto(above: TreeNode, text: string): Step[] {
  return childrenOf(above)
    .filter(({ key }) => text === String(key) || text.startsWith(`${key}.`))
    .toReversed()
    .toSorted((one, other) => String(other.key).length - String(one.key).length)
}

function childrenOf(above: TreeNode): Step[] {
  if (above.kind === 'map') return entriesOf(above).map(({ key, value }) => ({ key, node: value }))
  if (above.kind === 'scalar') return []
  return above.items.filter(item => item.kind !== 'comment').map((node, key) => ({ key, node }))
}

/** Below the deepest that is there. */
function newPath(text: string, part: TreeMap | undefined): ValuePath {
  for (let dot = text.lastIndexOf('.'); part && dot > 0; dot = text.lastIndexOf('.', dot - 1)) {
    const above = find(part, text.slice(0, dot))
    if (!above || above.node.kind === 'scalar') continue
    const [first = '', ...rest] = text.slice(dot + 1).split('.')
    const isPlace = above.node.kind === 'list' && /^\d+$/.test(first)
    return [...above.path, isPlace ? Number(first) : first, ...rest]
  }
  return text.split('.')
}

function bracketed(text: string): ValuePath {
  const path: ValuePath = []
  let rest = text
  while (rest !== '') {
    const [whole, inner] = /^\[("(?:[^"\\]|\\.)*"|\d+)\]/.exec(rest) ?? []
    if (whole === undefined || inner === undefined) throw notAPath(text)
    path.push(parsed(inner, text))
    rest = rest.slice(whole.length)
  }
  return path
}

function parsed(inner: string, text: string): string | number {
  try {
    return JSON.parse(inner) as string | number
  } catch {
    throw notAPath(text)
  }
}

function notAPath(text: string): DevkError {
  return new DevkError({
    code: 'USAGE',
    message: `${text} names no value.`,
    hint: 'Write it as database.password, or as sops does: ["database"]["password"].',
  })
}

/** As a person reads it. */
export function shownPath(path: Readonly<ValuePath>): string {
  return path.join('.')
}

/** As sops takes it: it has no way to write a sign otherwise, and counts comments of a list as items. */
export function sopsPath(path: Readonly<ValuePath>, [part]: readonly TreeMap[]): string {
  let node: TreeNode | undefined = part
  return path
    .map(step => {
      const above: TreeNode | undefined = node
      node = above && childrenOf(above).findLast(({ key }) => key === step)?.node
      return typeof step === 'string' ? `["${step}"]` : `[${placeIn(above, step)}]`
    })
    .join('')
}

function placeIn(node: TreeNode | undefined, step: number): number {
  if (node?.kind !== 'list') return step
  const places = node.items.flatMap((item, place) => (item.kind === 'comment' ? [] : [place]))
  return places[step] ?? node.items.length
}
