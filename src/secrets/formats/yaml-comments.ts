import { isScalar, type YAMLMap, type YAMLSeq } from 'yaml'
import { comment, type TreeComment } from '../document.ts'

/** Comments that the library has at the end of a collection, with how far they are indented. */
export type Spilled = { indent: number; comment: TreeComment }[]

export function commentsOf(node: unknown): TreeComment[] {
  if (!isScalar(node)) return []
  return [...commentLines(node.commentBefore), ...commentLines(node.comment)]
}

export function commentsOfValue(node: unknown): TreeComment[] {
  if (!isScalar(node)) return []
  const behind = commentLines(node.comment).map((line): TreeComment => ({ ...line, inline: true }))
  return [...commentLines(node.commentBefore), ...behind]
}

export function commentLines(text: string | null | undefined): TreeComment[] {
  if (!text) return []
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => comment(line))
}

/**
 * What stands behind the last entry. The library takes all of it for the innermost collection's as soon as its first line
 * is; what is indented less belongs before the next entry further out, where a rule may go by it.
 */
export function commentsBehind(node: YAMLMap | YAMLSeq): Spilled {
  const lines = commentLines(node.comment)
  const token = node.srcToken
  const last = token && 'items' in token ? token.items.at(-1) : undefined
  const tokens = (last?.start ?? []).filter(({ type, source }) => type === 'comment' && source.length > 1)
  const indents = tokens.map(start => ('indent' in start ? start.indent : 0))
  const known = indents.length === lines.length && token?.type !== 'flow-collection'
  return lines.map((line, index) => ({ indent: known ? (indents[index] ?? 0) : OWN, comment: line }))
}

export function indentOf({ srcToken }: YAMLMap | YAMLSeq): number {
  return srcToken && 'indent' in srcToken ? srcToken.indent : 0
}

const OWN = Number.POSITIVE_INFINITY

/** Takes out those that are indented as far as a collection; the others go on outwards. */
export function takeOwn(spilled: Spilled, indent: number): TreeComment[] {
  const own = spilled.findIndex(found => found.indent < indent)
  return spilled.splice(0, own < 0 ? spilled.length : own).map(found => found.comment)
}
