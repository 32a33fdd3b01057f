import type { TreeComment, TreeEntry, TreeList, TreeMap, TreeNode, TreeScalar } from './document.ts'
import type { Place } from './rules.ts'

type Leaf = TreeScalar | TreeComment

/** The same trees with each value and comment changed, in the order of the file, which the MAC goes by. */
export function mapLeaves(parts: readonly TreeMap[], change: (leaf: Leaf, place: Place) => Leaf): TreeMap[] {
  return parts.map(part => mapMap(part, [], [], change))
}

type Change = (leaf: Leaf, place: Place) => Leaf
type Comments = readonly (readonly string[])[]

function mapMap(map: TreeMap, path: readonly string[], outer: Comments, change: Change): TreeMap {
  const asked = (entry: TreeEntry, comments: Comments): TreeEntry | TreeComment => {
    const value = mapNode(entry.value, [...path, entry.key], comments, change)
    return value.kind === 'comment' ? value : { ...entry, value }
  }
  return { kind: 'map', entries: inOrder(map.entries, path, outer, change, asked) }
}

function mapNode(
  node: TreeNode,
  path: readonly string[],
  comments: Comments,
  change: Change,
): TreeNode | TreeComment {
  if (node.kind === 'map') return mapMap(node, path, comments, change)
  if (node.kind === 'scalar') return change(node, { path, comments, isComment: false })
  const items: TreeList['items'] = inOrder(node.items, path, comments, change, (item, before) =>
    mapNode(item, path, before, change),
  )
  return { kind: 'list', items }
}

/** Comments count for what follows them, up to the next value. */
function inOrder<One extends TreeEntry | TreeNode>(
  all: readonly (One | TreeComment)[],
  path: readonly string[],
  outer: Comments,
  change: Change,
  mapped: (one: One, comments: Comments) => One | TreeComment,
): (One | TreeComment)[] {
  let before: string[] = []
  return all.map(one => {
    if (one.kind !== 'comment') {
      const comments = [...outer, before]
      before = []
      return mapped(one, comments)
    }
    before.push(one.bytes.toString('utf8'))
    const changed = change(one, { path, comments: [...outer, before], isComment: true })
    return changed.kind === 'comment' ? changed : one
  })
}
