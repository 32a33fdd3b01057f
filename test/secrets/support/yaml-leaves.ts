import { isMap, isScalar, isSeq, Lexer, parseAllDocuments, type Scalar } from 'yaml'

export interface YamlLeaves {
  leaves: [path: string, printed: string][]
  comments: string[]
}

/** What a YAML text says, scalars exactly as they are printed in it. */
export function yamlLeaves(text: string): YamlLeaves {
  // As sops prints empty mappings with comments: see the reader.
  const closed = text.replace(/([{[]\n(?:( +)#[^\n]*\n)+)(?=[}\]])/g, '$1$2')
  const documents = parseAllDocuments(closed, { schema: 'failsafe', logLevel: 'silent' })
  const visit = (node: unknown, path: string): [string, string][] => {
    if (isMap(node)) {
      return node.items.flatMap(({ key, value }) =>
        visit(value, `${path}/${isScalar(key) ? textOf(key) : ''}`),
      )
    }
    if (isSeq(node)) return node.items.flatMap((item, index) => visit(item, `${path}/${index}`))
    return [[path.slice(1), isScalar(node) ? textOf(node) : 'null']]
  }
  const comments = [...new Lexer().lex(closed)]
    .filter(token => token.startsWith('#'))
    .map(token => token.slice(1))
  return {
    leaves: Array.isArray(documents) ? documents.flatMap(({ contents }) => visit(contents, '')) : [],
    comments: comments.toSorted(),
  }
}

function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? '')
}
