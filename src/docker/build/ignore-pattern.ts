/**
 * How the client that reads the context understands a pattern. `classic`: the build command that was part of Docker's
 * client until 23. `buildx`: the one that has been used since.
 */
export type Dialect = 'classic' | 'buildx'

export interface IgnorePattern {
  /** As written, cleaned, without the `!`. */
  text: string
  exception: boolean
  /** Whether it names this very path; what an ignored folder means for what is in it is not the pattern's business. */
  matches: (path: string) => boolean
}

/** Undefined where Docker refuses the pattern, and the build with it. */
export function ignorePattern(line: string, dialect: Dialect): IgnorePattern | undefined {
  const exception = line.startsWith('!')
  const text = exception ? line.slice(1) : line
  if (text === '' || !isWellFormed(text)) return undefined
  return { text, exception, matches: matcher(text, dialect) }
}

function matcher(text: string, dialect: Dialect): IgnorePattern['matches'] {
  if (dialect === 'buildx') {
    const plain = withoutWildcards(text)
    if (plain) return plain
  }
  try {
    const expression = new RegExp(`^${regularExpression(text, dialect)}$`)
    return path => expression.test(path)
  } catch {
    // No expression at all: Docker refuses to build with it.
    return () => false
  }
}

/** Where the only wildcard is `**` at one end, buildx compares text: `**.js` is whatever ends with `.js`. */
function withoutWildcards(text: string): IgnorePattern['matches'] | undefined {
  const leading = text.startsWith('**')
  const trailing = !leading && text.endsWith('**')
  const rest = text.slice(leading ? 2 : 0, trailing ? -2 : undefined)
  if (/[*?[\]\\]/.test(rest)) return undefined
  if (trailing) return path => path.startsWith(rest)
  if (!leading) return path => path === text
  return path => path.endsWith(rest) || (rest.startsWith('/') && path === rest.slice(1))
}

/** A character outside of the basic plane is one character to Docker and two to JavaScript. */
const ONE = '(?:[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]|[^/])'
/** What Go's expressions and JavaScript's both know, letters being no characters to them after a backslash. */
const SHARED_ESCAPE = /[fnrtvdDwWsSbB]$/
/** That `{`, `|` and `}` are not among them is buildx's slip, and decides what it sends. */
const META: Record<Dialect, RegExp> = { classic: /[.$]/, buildx: /[.+()$]/ }

/** Docker translates each character by itself and lets a regular expression match: its oddities come from there. */
function regularExpression(text: string, dialect: Dialect): string {
  const tokens = text.match(/\*\*\/?|\\.|./gs) ?? []
  return tokens
    .map((token, index) => {
      if (token.startsWith('**')) return index === tokens.length - 1 ? '[^\\n]*' : '(?:[^\\n]*/)?'
      if (token === '*') return '[^/]*'
      if (token === '?') return ONE
      if (token === '\\a') return '\\x07'
      if (/^\\[a-z0-9]$/i.test(token) && !SHARED_ESCAPE.test(token)) throw new SyntaxError(token)
      return META[dialect].test(token) && token.length === 1 ? `\\${token}` : token
    })
    .join('')
}

/** Go's rules for a pattern: a backslash has something to escape, a bracket holds characters or ranges, and ends. */
function isWellFormed(text: string): boolean {
  const one = String.raw`(?:\\[^]|[^\\\]-])`
  const bracket = String.raw`\[(?:\^|(?!\^))(?:${one}(?:-${one})?)+\]`
  return new RegExp(String.raw`^(?:\\[^]|[^\\[]|${bracket})*$`).test(text)
}
