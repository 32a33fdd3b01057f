import { bytesOf, entriesOf, type TreeMap, type TreeNode, valueAt } from './document.ts'
import { type Taken, unfit } from './faults.ts'

/**
 * The entries of a Kubernetes Secret. Its name, namespace and type are the project's to say: nothing of SOPS verifies
 * that a file's keys are where they were.
 */
export function manifestEntries(root: TreeMap, taken: Taken & { type: string }): Map<string, Buffer> {
  if (textAt(root, 'kind') !== 'Secret' || textAt(root, 'apiVersion') !== 'v1')
    throw unfit(taken, 'it is no Kubernetes Secret of apiVersion v1, as manifest: true says')
  const type = textAt(root, 'type') ?? 'Opaque'
  if (type !== taken.type) throw unfit(taken, `it is of type ${type}: write type: ${type} in devk.yaml`)
  const encoded = leavesAt(root, 'data', taken).map(([name, bytes]) => {
    const decoded = decode(bytes.toString('latin1'))
    if (!decoded) throw unfit(taken, `data.${name} is not base64`)
    return [name, decoded] as const
  })
  return new Map([...encoded, ...leavesAt(root, 'stringData', taken)])
}

/** They are the same before it is decrypted. */
export function manifestNames(root: TreeMap): string[] {
  return ['data', 'stringData'].flatMap(part => {
    const node = valueAt(root, part)
    return node?.kind === 'map' ? entriesOf(node).map(({ key }) => key) : []
  })
}

function textAt(map: TreeMap, key: string): string | undefined {
  const node = valueAt(map, key)
  return node?.kind === 'scalar' ? node.bytes.toString('utf8') : undefined
}

function leavesAt(root: TreeMap, key: string, taken: Taken): [string, Buffer][] {
  const node: TreeNode | undefined = valueAt(root, key)
  if (!node || (node.kind === 'scalar' && node.type === 'null')) return []
  if (node.kind !== 'map') throw unfit(taken, `its ${key} is no mapping`)
  return entriesOf(node).map(({ key: name, value }) => {
    if (value.kind !== 'scalar') throw unfit(taken, `${key}.${name} is a ${value.kind} and no value`)
    return [name, bytesOf(value)]
  })
}

/** As Go decodes it: line breaks count for nothing, anything else that is no base64 for a fault. */
function decode(text: string): Buffer | undefined {
  const plain = text.replace(/[\r\n]/g, '')
  const bytes = Buffer.from(plain, 'base64')
  return bytes.toString('base64') === plain ? bytes : undefined
}
