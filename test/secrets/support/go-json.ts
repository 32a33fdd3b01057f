import type { TreeNode, TreeScalar } from '../../../src/secrets/document.ts'
import { printedFloat } from '../../../src/secrets/values/numbers.ts'

/** A tree as Go's encoding/json prints it with tabs, which is how `sops decrypt --output-type json` does. */
export function goJson(node: TreeNode): string {
  return `${print(node, '\n')}\n`
}

function print(node: TreeNode, line: string): string {
  const deeper = `${line}\t`
  switch (node.kind) {
    case 'map': {
      const entries = node.entries.filter(entry => entry.kind === 'entry')
      const lines = entries.map(({ key, value }) => `${deeper}${quoted(key)}: ${print(value, deeper)}`)
      return lines.length === 0 ? '{}' : `{${lines.join(',')}${line}}`
    }
    case 'list': {
      const items = node.items.filter(item => item.kind !== 'comment')
      const lines = items.map(item => `${deeper}${print(item, deeper)}`)
      return lines.length === 0 ? '[]' : `[${lines.join(',')}${line}]`
    }
    case 'scalar':
      return printScalar(node)
  }
}

function printScalar({ type, bytes }: TreeScalar): string {
  const text = bytes.toString('utf8')
  if (type === 'str' || type === 'time') return quoted(text)
  return type === 'float' ? printedFloat(Number(text), 'json') : text
}

function quoted(text: string): string {
  return JSON.stringify(text)
    .replace(/[<>&\u2028\u2029\u007f]/g, found =>
      found === '\u007f' ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replaceAll('\ufffd', '\ufffd')
}
