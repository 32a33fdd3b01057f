import { isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml'

/** Longer documents are known by their lines alone: what is looked through here holds up all else. */
const MOST_BYTES = 64 * 1024

/** The values within a value that is a document: YAML, JSON, or lines of KEY=value. None where it is none. */
export function leavesOf(value: Buffer): Buffer[] {
  if (value.length > MOST_BYTES) return []
  const text = value.toString('utf8')
  const leaves = treeLeaves(text) ?? (text.trim().includes('\n') ? lineLeaves(text) : [])
  return [...leaves, ...leaves.flatMap(passwordOf), ...passwordOf(text)].map(leaf => Buffer.from(leaf))
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
    const [, given] = /^\s*(?:export\s+)?[\w.-]+\s*[=:]\s*(.+?)\s*$/.exec(line) ?? []
    if (given === undefined) return []
    const [, , quoted] = /^(["'])(.*)\1$/.exec(given) ?? []
    return [quoted ?? given]
  })
}

/** What a URL like a database's bears is often told without the rest of it. */
function passwordOf(text: string): string[] {
  const [, raw] = /^[a-z][\w+.-]*:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/i.exec(text.trim()) ?? []
  if (raw === undefined) return []
  try {
    return [...new Set([raw, decodeURIComponent(raw)])]
  } catch {
    return [raw]
  }
}
