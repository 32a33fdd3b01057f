import { plainScalar } from '../values/yaml-scalar.ts'

/** A text as a YAML scalar: its first line, which stands behind the key, and those below it, not indented yet. */
export interface Written {
  first: string
  /** Empty ones stay empty, whatever the others are indented by. */
  below: string[]
}

/** As Go's library writes it, so that a file that sops wrote changes only where its content does. */
export function writeString(text: string, indent: number): Written {
  const look = analyze(text)
  if (text.includes('\n')) return look.block ? literal(text, indent) : inOneLine(doubleQuoted(text))
  if (!meansItself(text)) return inOneLine(doubleQuoted(text))
  if (look.plain) return inOneLine(text)
  return inOneLine(look.single ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text))
}

/** A key stands in one line. */
export function writeKey(text: string): string {
  return text.includes('\n') ? doubleQuoted(text) : writeString(text, 0).first
}

export function inOneLine(first: string): Written {
  return { first, below: [] }
}

/** Whether it would be read as text without quotes, by readers of YAML 1.1 as well. */
function meansItself(text: string): boolean {
  if (text === '<<' || OLD_TRUTH.test(text) || BASE_60.test(text)) return false
  return plainScalar(text)?.type === 'str'
}

const OLD_TRUTH = /^([yYnN]|yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/
const BASE_60 = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/

const UNPRINTABLE = /[^\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u
const INDICATORS = /^(---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-]([ \t]|$))|:([ \t]|$)|[ \t]#/

function analyze(text: string): { plain: boolean; single: boolean; block: boolean } {
  const special = UNPRINTABLE.test(text) || / \n/.test(text)
  const single = !special && !/\n |\t/.test(text)
  return {
    single,
    block: !special && !text.endsWith(' '),
    plain: single && !INDICATORS.test(text) && !/^[ \n]|[ \n]$/.test(text),
  }
}

function literal(text: string, indent: number): Written {
  const hint = /^[ \n]/.test(text) ? String(indent) : ''
  const chomp = text.endsWith('\n\n') || text === '\n' ? '+' : text.endsWith('\n') ? '' : '-'
  const lines = text.split('\n')
  if (text.endsWith('\n')) lines.pop()
  return { first: `|${hint}${chomp}`, below: lines }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
}

function doubleQuoted(text: string): string {
  const escaped = Array.from(text, character => {
    const known = ESCAPES[character]
    if (known !== undefined) return `\\${known}`
    return UNPRINTABLE.test(character) ? numbered(character.codePointAt(0) ?? 0) : character
  })
  return `"${escaped.join('')}"`
}

function numbered(code: number): string {
  const figures = (width: number) => code.toString(16).toUpperCase().padStart(width, '0')
  if (code <= 0xff) return `\\x${figures(2)}`
  return code <= 0xffff ? `\\u${figures(4)}` : `\\U${figures(8)}`
}
