import { entriesOf, type TreeComment, type TreeEntry, type TreeMap } from '../document.ts'
import { malformed } from '../faults.ts'
import { printed } from '../printed.ts'

/** Sections with their signs of equality below each other. Comments stand before what they are of. */
export function printIni([part]: readonly TreeMap[], file: string): Buffer {
  const sections = part ? entriesOf(part) : []
  const texts = sections.map(({ key, value }, index) => {
    if (value.kind !== 'map') throw malformed(file, 'it is an ini file, and those have sections of values')
    const isUnnamed = index === 0 && key === 'DEFAULT'
    const { own, keys } = withComments(value)
    const head = [...(own ? commentLines(own) : []), ...(isUnnamed ? [] : [`[${key}]`])]
    if (isUnnamed && keys.length === 0) return head.map(line => `${line}\n`).join('')
    const width = Math.max(...keys.map(({ entry }) => Buffer.byteLength(quotedName(entry.key))))
    const lines = keys.flatMap(({ entry, comment }) => [
      ...(comment ? commentLines(comment) : []),
      keyLine(entry, width, file),
    ])
    return [...head, ...lines, ...(index < sections.length - 1 ? [''] : [])].map(line => `${line}\n`).join('')
  })
  return Buffer.from(texts.join(''), 'utf8')
}

interface Key {
  entry: TreeEntry
  comment: TreeComment | undefined
}

/** In a document the first comment is the section's, and any other one is of the key before it. */
function withComments(section: TreeMap): { own: TreeComment | undefined; keys: Key[] } {
  const [first] = section.entries
  const keys: Key[] = []
  for (const one of section.entries) {
    const last = keys.at(-1)
    if (one.kind === 'entry') keys.push({ entry: one, comment: undefined })
    else if (last) last.comment = one
  }
  return { own: first?.kind === 'comment' ? first : undefined, keys }
}

function commentLines({ bytes }: TreeComment): string[] {
  const lines = bytes.toString('utf8').split('\n')
  return lines.map(line => (/^[#;]/.test(line) ? `${line[0]} ${line.slice(1).trim()}` : `; ${line.trim()}`))
}

function keyLine({ key, value }: TreeEntry, width: number, file: string): string {
  if (value.kind !== 'scalar') throw malformed(file, 'it is an ini file, and those have no nested values')
  const name = quotedName(key)
  const text = quotedValue(printed(value, 'ini').bytes.toString('utf8'))
  return `${name}${' '.repeat(width - Buffer.byteLength(name))} = ${text}`
}

function quotedName(key: string): string {
  if (/["=:]/.test(key)) return `\`${key}\``
  return key.includes('`') ? `"""${key}"""` : key
}

function quotedValue(text: string): string {
  if (/[\n`]/.test(text)) return `"""${text}"""`
  if (/[#;]/.test(text)) return `\`${text}\``
  return text.trim() === text ? text : `"${text}"`
}
