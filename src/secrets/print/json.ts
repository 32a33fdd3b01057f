import type { TreeMap, TreeNode, TreeScalar } from '../document.ts'
import { printed } from '../printed.ts'
import { parseMacFloat, printedFloat } from '../values/numbers.ts'

/** JSON as Go prints it. There is no place for comments. */
export function printJson([part]: readonly TreeMap[], indent = '\t'): Buffer {
  return Buffer.from(part ? `${printNode(part, '\n', indent)}\n` : '', 'utf8')
}

function printNode(node: TreeNode, line: string, indent: string): string {
  const deeper = `${line}${indent}`
  switch (node.kind) {
    case 'map': {
      const entries = node.entries.filter(entry => entry.kind === 'entry')
      const lines = entries.map(
        ({ key, value }) => `${deeper}${quoted(key)}: ${printNode(value, deeper, indent)}`,
      )
      return lines.length === 0 ? '{}' : `{${lines.join(',')}${line}}`
    }
    case 'list': {
      const items = node.items.filter(item => item.kind !== 'comment')
      const lines = items.map(item => `${deeper}${printNode(item, deeper, indent)}`)
      return lines.length === 0 ? '[]' : `[${lines.join(',')}${line}]`
    }
    case 'scalar':
      return printScalar(node)
  }
}

function printScalar(value: TreeScalar): string {
  const text = value.bytes.toString('utf8')
  if (value.type === 'str' || value.type === 'bytes' || value.type === 'time') return quoted(text)
  const number = value.type === 'float' ? parseMacFloat(text) : undefined
  return number === undefined ? printed(value, 'json').bytes.toString('utf8') : printedFloat(number, 'json')
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
