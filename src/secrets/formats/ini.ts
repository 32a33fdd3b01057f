import { comment, scalar, type TreeComment, type TreeEntry, type TreeMap } from '../document.ts'
import { malformed } from '../faults.ts'
import { utf8 } from './text.ts'

/** Go's white space: JavaScript counts one character less and another one more. */
const SPACE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const LAST = new RegExp(`${SPACE}$`, 'u')
const START = new RegExp(`^${SPACE}+`, 'u')

interface Section {
  name: string
  comment: string
  keys: Map<string, { value: string; comment: string }>
  /** Of keys that are named by a dash alone. */
  counted: number
}

/** Sections of keys; whatever stands before the first one is in DEFAULT, which is always there. */
export function readIni(bytes: Buffer, file: string): TreeMap[] {
  // The next one is the last: taken from the front, each would move all others.
  const lines = utf8(bytes, file)
    .split(/(?<=\n)/)
    .toReversed()
  let section = newSection('DEFAULT', '')
  const sections = [section]
  let pending = ''
  const note = (text: string): void => {
    pending += text
  }
  const noted = (): string => {
    const text = trim(pending)
    pending = ''
    return text
  }
  while (lines.length > 0) {
    const line = (lines.pop() ?? '').replace(START, '')
    if (line === '') continue
    if (/^[#;]/.test(line)) {
      note(line)
    } else if (line.startsWith('[')) {
      const end = line.lastIndexOf(']')
      if (end < 2) throw malformed(file, 'a section has no name or no end')
      note(/[#;].*/s.exec(line.slice(end + 1))?.[0] ?? '')
      section = newSection(line.slice(1, end), noted())
      sections.push(section)
    } else {
      const { name, rest } = readName(line, file)
      const key = name === '-' ? `#${++section.counted}` : name
      const value = readValue(rest, lines, note, file)
      section.keys.set(key, { value, comment: noted() })
    }
  }
  return [{ kind: 'map', entries: sections.map(asEntry) }]
}

function newSection(name: string, text: string): Section {
  return { name, comment: text, keys: new Map(), counted: 0 }
}

function asEntry(section: Section): TreeEntry {
  const entries: TreeMap['entries'] = [...asComment(section.comment)]
  for (const [key, { value, comment: text }] of section.keys) {
    entries.push({ kind: 'entry', key, value: scalar('str', value) }, ...asComment(text))
  }
  return { kind: 'entry', key: section.name, value: { kind: 'map', entries } }
}

function asComment(text: string): TreeComment[] {
  if (text === '') return []
  return [comment(text.replace(text.startsWith(';') ? /^[; ]+/ : /^[# ]+/, ''))]
}

function readName(line: string, file: string): { name: string; rest: string } {
  const quote = line.startsWith('"""') && line.length > 6 ? '"""' : (/^["`]/.exec(line)?.[0] ?? '')
  const closing = quote ? line.indexOf(quote, quote.length) : 0
  const end = closing < 0 ? -1 : line.slice(closing + quote.length).search(/[=:]/)
  if (end < 0 || (quote === '' && end === 0)) throw malformed(file, 'a line is neither a key nor a section')
  const delimiter = closing + quote.length + end
  const name = trim(quote ? line.slice(quote.length, closing) : line.slice(0, delimiter))
  if (name === '') throw malformed(file, 'a key has no name')
  return { name, rest: line.slice(delimiter + 1) }
}

function readValue(rest: string, lines: string[], note: (text: string) => void, file: string): string {
  const text = rest.replace(START, '')
  const quote = text.startsWith('"""') && text.length > 3 ? '"""' : text.startsWith('`') ? '`' : ''
  if (quote) return readQuoted(text.slice(quote.length), quote, lines, note, file)
  const line = trim(text)
  if (line.endsWith('\\')) return readContinued(line.slice(0, -1), lines)
  const start = line.search(/[#;]/)
  if (start >= 0) note(line.slice(start))
  const value = start >= 0 ? trim(line.slice(0, start)) : line
  const [first] = value
  const quoted =
    (first === "'" || first === '"') && value.length > 1 && value.indexOf(first, 1) === value.length - 1
  return quoted ? value.slice(1, -1) : value
}

function readQuoted(
  text: string,
  quote: string,
  lines: string[],
  note: (text: string) => void,
  file: string,
): string {
  const end = text.lastIndexOf(quote)
  if (end >= 0) return text.slice(0, end)
  let value = text
  for (let next = lines.pop(); next !== undefined; next = lines.pop()) {
    const closing = next.lastIndexOf(quote)
    if (closing < 0 || trim(next.slice(closing + quote.length)).endsWith('\\')) {
      value += next
      continue
    }
    note(trim(/[#;].*/s.exec(next.slice(closing))?.[0] ?? ''))
    return value + next.slice(0, closing)
  }
  throw malformed(file, 'a quote is not closed')
}

function readContinued(start: string, lines: string[]): string {
  let value = start
  for (let next = lines.pop(); next !== undefined; next = lines.pop()) {
    const line = trim(next)
    value += line
    if (line === '' || !value.endsWith('\\')) break
    value = value.slice(0, -1)
  }
  return value
}

/** A search for all of it at the end would begin at each space within. */
function trim(text: string): string {
  let end = text.length
  while (end > 0 && LAST.test(text.charAt(end - 1))) end--
  return text.slice(0, end).replace(START, '')
}
