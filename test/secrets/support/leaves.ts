import type { SopsDocument, TreeNode } from '../../../src/secrets/document.ts'

/** All values of a document with the keys and indices that lead there, as sops prints them. */
export function leaves({ parts }: Pick<SopsDocument, 'parts'>): [path: string, printed: string][] {
  const visit = (node: TreeNode, path: string): [string, string][] => {
    if (node.kind === 'scalar') return [[path, node.bytes.toString('utf8')]]
    if (node.kind === 'list') {
      const items = node.items.filter(item => item.kind !== 'comment')
      return items.flatMap((item, index) => visit(item, `${path}/${index}`))
    }
    return node.entries.flatMap(entry =>
      entry.kind === 'entry' ? visit(entry.value, `${path}/${entry.key}`) : [],
    )
  }
  return parts.flatMap(part => visit(part, '').map(([path, text]): [string, string] => [path.slice(1), text]))
}
