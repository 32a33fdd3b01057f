import { inJson } from './in-json.ts'
import { inQuotes } from './in-quotes.ts'
import { inUrls } from './in-urls.ts'

/** What is shorter is found everywhere. */
const LEAST_BYTES = 6
/** Longer values are hardly printed in lines of base64. */
const MOST_WRAPPED = 16 * 1024
const WRAPPED_AT = 76

/**
 * How logs may show a value, each form as latin1, without line ends and not shorter than what is hidden at all: its
 * lines as they are and in quotes, and the whole as base64, in JSON and in URLs.
 */
export function formsOf(value: Buffer, { isDocument = false } = {}): Set<string> {
  const whole = trimmed(value.toString('latin1'), '\r\n', 'end')
  if (whole.length < LEAST_BYTES || trimmed(whole) === '') return new Set()
  const lines = linesOf(whole).filter(line => !(ARMOR.test(line) || (isDocument && ONLY_KEY.test(line))))
  const forms = [
    ...lines.flatMap(line => [line, ...texts(line, text => [...inJson(text), ...inQuotes(text)])]),
    ...texts(whole, inJson),
    // Many a program takes the white space around it away.
    ...[whole, trimmedEnough(whole)].flatMap(text => [...texts(text, inUrls), ...inBase64(text)]),
    // With the line end that many a file has, the last characters are others.
    ...(whole.length < value.length ? inBase64(value.toString('latin1')) : []),
  ]
  return new Set(forms.filter(form => form.length >= LEAST_BYTES && !form.includes('\n')))
}

/** The same in each file of its kind. */
const ARMOR = /^-----(BEGIN|END) .*-----$/
const ONLY_KEY = /^(- )*["']?[\w./-]+["']?\s*:\s*[[{|>]?[+-]?$/

function linesOf(whole: string): string[] {
  if (!whole.includes('\n')) return [trimmedEnough(whole)]
  const lines = new Set(whole.split('\n').map(line => trimmed(line)))
  return [...lines].filter(line => line.length >= LEAST_BYTES && !isRule(line))
}

/** `# ------`: many a log has such ones, and nothing can be told by them. */
function isRule(line: string): boolean {
  return !/\w/.test(line) && new Set(line).size <= 3
}

/** As it is where nothing else of it would be long enough. */
function trimmedEnough(whole: string): string {
  const text = trimmed(whole)
  return text.length < LEAST_BYTES ? whole : text
}

/** Of bytes: a space of Unicode is a part of a letter here. */
function trimmed(text: string, space = ' \t\r\n\v\f', where: 'both' | 'end' = 'both'): string {
  let [start, end] = [0, text.length]
  while (end > 0 && space.includes(text.charAt(end - 1))) end--
  while (where === 'both' && start < end && space.includes(text.charAt(start))) start++
  return text.slice(start, end)
}

function texts(bytes: string, forms: (text: string) => string[]): string[] {
  const whole = Buffer.from(bytes, 'latin1')
  const text = whole.toString('utf8')
  if (!Buffer.from(text).equals(whole)) return []
  return forms(text).map(form => Buffer.from(form).toString('latin1'))
}

/** Also where it stands within something else: what comes before decides which of three ways it is written. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text, 'latin1')
  const whole = bytes.toString('base64')
  const within = [0, 1, 2].map(before => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    // Only characters that no neighbour has a part in.
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
  const wrapped =
    whole.length > WRAPPED_AT && bytes.length <= MOST_WRAPPED
      ? (whole.match(new RegExp(`.{1,${WRAPPED_AT}}`, 'g')) ?? [])
      : []
  const all = [whole, whole.replace(/=+$/, ''), ...within, ...wrapped]
  return [...all, ...all.map(form => form.replaceAll('+', '-').replaceAll('/', '_'))]
}
