import { isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml'
import { connectionPasswords } from './connection-passwords.ts'

/** Longer documents are known by their lines alone: what is looked through here holds up all else. */
const MOST_BYTES = 64 * 1024

/** The values within a value that is a document: YAML, JSON, or lines of KEY=value. None where it is none. */
export function leavesOf(value: Buffer): Buffer[] {
  if (value.length > MOST_BYTES) return []
  const text = value.toString('utf8')
  const leaves = treeLeaves(text) ?? (text.trim().includes('\n') ? lineLeaves(text) : [])
  return [...leaves, ...leaves.flatMap(connectionPasswords), ...connectionPasswords(text)].map(leaf =>
    Buffer.from(leaf),
  )
}

/** Aliases are not followed: what they stand for is there itself. Undefined where it is no tree of values. */
function treeLeaves(text: string): string[] | undefined {
  if (!/[\n{[]/.test(text)) return undefined
  try {
    const documents = parseAllDocuments(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      logLevel: 'silent',
      prettyErrors: false,
    })
    const leaves: string[] = []
    for (const document of documents) {
      if (document.errors.length > 0) return undefined
      if (!isMap(document.contents) && !isSeq(document.contents)) return undefined
      visit(document, {
        Scalar(key, node) {
          if (key !== 'key' && isScalar(node)) leaves.push(String(node.value ?? ''))
        },
      })
    }
    return leaves
  } catch {
    // Nested deeper than the library can go.
    return undefined
  }
}

function lineLeaves(text: string): string[] {
  return text.split('\n').flatMap(line => {
    const [, given] = /^(?:export\s+)?[\w.-]+\s*[=:]\s*(.+)$/.exec(line.trim()) ?? []
    if (given === undefined) return []
    const [, quote, quoted] = /^(["'])(.*)\1(?:\s*[#;].*)?$/.exec(given) ?? []
    if (quoted !== undefined) return quote === '"' ? [quoted, quoted.replace(/\\(.)/g, '$1')] : [quoted]
    // For some a comment, for others a part of the value.
    const end = given.search(/\s[#;]/)
    return end < 0 ? [given] : [given, given.slice(0, end)]
  })
}
