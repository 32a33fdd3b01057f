import { DevkError } from '../../base/errors.ts'
import { entriesOf, type TreeList, type TreeMap, type TreeNode, type TreeScalar } from '../document.ts'
import { shownPath, type ValuePath } from '../value-path.ts'

/** The value at a path: undefined where there is none yet. Throws SECRETS_NOT_A_VALUE where there is more than one. */
export function valueAtPath(root: TreeMap, path: Readonly<ValuePath>, file: string): TreeScalar | undefined {
  let node: TreeNode | undefined = root
  for (const [index, step] of path.entries()) {
    if (node === undefined) return undefined
    if (node.kind === 'scalar') {
      // What is empty may become a mapping.
      if (node.type === 'null') return undefined
      throw notThere(file, path.slice(0, index), 'is one value, and has none below it')
    }
    node = child(node, step, file, path.slice(0, index))
  }
  if (node === undefined || node.kind === 'scalar') return node
  const kind = node.kind === 'map' ? 'a mapping' : 'a list'
  throw notThere(file, path, `is ${kind}, and not one value`)
}

function child(
  node: TreeMap | TreeList,
  step: string | number,
  file: string,
  path: Readonly<ValuePath>,
): TreeNode | undefined {
  if (node.kind === 'map') return entriesOf(node).findLast(({ key }) => key === String(step))?.value
  const items = node.items.filter(item => item.kind !== 'comment')
  if (typeof step !== 'number')
    throw notThere(file, path, 'is a list: its values are named by 0, 1 and so on')
  if (step > items.length)
    throw notThere(file, path, `is a list of ${items.length}: the next one is ${items.length}`)
  return items[step]
}

function notThere(file: string, path: Readonly<ValuePath>, why: string): DevkError {
  return new DevkError({
    code: 'SECRETS_NOT_A_VALUE',
    message: `${path.length === 0 ? file : `${shownPath(path)} in ${file}`} ${why}; nothing was changed.`,
    hint: `Name one value, or change more of it at once: devk secrets edit ${file}`,
  })
}

/** The same tree with that value at that path; mappings on the way that are missing are made. */
export function withValue(node: TreeMap, path: Readonly<ValuePath>, value: TreeScalar): TreeMap {
  return placed(node, path, value) as TreeMap
}

function placed(
  node: TreeNode | undefined,
  [step, ...rest]: Readonly<ValuePath>,
  value: TreeScalar,
): TreeNode {
  if (step === undefined) return value
  if (node?.kind === 'list') {
    let index = 0
    const items = node.items.map(item => {
      if (item.kind === 'comment') return item
      return index++ === step ? placed(item, rest, value) : item
    })
    return { kind: 'list', items: step === index ? [...items, placed(undefined, rest, value)] : items }
  }
  const entries = node?.kind === 'map' ? node.entries : []
  const key = String(step)
  const at = entries.findLastIndex(one => one.kind === 'entry' && one.key === key)
  if (at < 0)
    return {
      kind: 'map',
      entries: [...entries, { kind: 'entry', key, value: placed(undefined, rest, value) }],
    }
  const changed = entries.map((one, index) =>
    index === at && one.kind === 'entry' ? { ...one, value: placed(one.value, rest, value) } : one,
  )
  return { kind: 'map', entries: changed }
}
