import { DevkError } from '../../base/errors.ts'
import { entriesOf, type SopsFormat, type TreeMap, type TreeNode } from '../document.ts'

/** Keys, and places in lists. */
export type ValuePath = (string | number)[]

/**
 * What `a.b.0` or, as sops writes it, `["a"]["b"][0]` names in a document. A key that there is wins over a dot in it;
 * formats without nesting take the whole for a key.
 */
export function valuePath(text: string, [part]: readonly TreeMap[], format: SopsFormat): ValuePath {
  if (text.startsWith('[')) return bracketed(text)
  if (format === 'dotenv' || format === 'binary') return [text]
  const path: ValuePath = []
  let node: TreeNode | undefined = part
  for (let rest: string | undefined = text; rest !== undefined; ) {
    const step = nextStep(rest, node)
    path.push(step.key)
    node = step.node
    // An ini file has sections of keys, and nothing deeper.
    if (format === 'ini' && path.length === 1 && step.rest !== undefined) return [...path, step.rest]
    rest = step.rest
  }
  if (path.includes('')) throw notAPath(text)
  return path
}

interface Step {
  key: string | number
  node: TreeNode | undefined
  rest: string | undefined
}

function nextStep(text: string, node: TreeNode | undefined): Step {
  const dot = text.indexOf('.')
  const [first, rest] = dot < 0 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)]
  if (node?.kind === 'list' && /^\d+$/.test(first)) {
    const items = node.items.filter(item => item.kind !== 'comment')
    return { key: Number(first), node: items[Number(first)], rest }
  }
  const known = node?.kind === 'map' ? entriesOf(node) : []
  const named = known
    .filter(({ key }) => key !== '' && (text === key || text.startsWith(`${key}.`)))
    .reduce<(typeof known)[number] | undefined>(
      (longest, one) => (one.key.length > (longest?.key.length ?? -1) ? one : longest),
      undefined,
    )
  if (!named) return { key: first, node: undefined, rest }
  const behind = text.slice(named.key.length + 1)
  return { key: named.key, node: named.value, rest: text === named.key ? undefined : behind }
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

/** As sops takes it. */
export function sopsPath(path: Readonly<ValuePath>): string {
  return path.map(step => `[${JSON.stringify(step)}]`).join('')
}
