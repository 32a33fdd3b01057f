import { parse, Scalar, visit } from 'yaml'
import { position, type Source } from './sources.ts'

const REFERENCE = /\$(\$\{|\{([^}]*)\})/g
const NAMED = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s

/**
 * Puts the values of `${VAR}` and `${VAR:-default}` in their places; `$${` stands for `${`. An empty variable takes the
 * default too. Returns the faults: each reference that has no value, with its file, line and column.
 */
export function substitute(source: Source, values: Readonly<Record<string, string | undefined>>): string[] {
  const faults: string[] = []
  visit(source.document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return
      const where = position(source, node.range?.[0] ?? 0)
      const text = node.value.replace(REFERENCE, (whole, escaped: string, inner: string) => {
        if (escaped === '${') return '${'
        const [, name, fallback] = NAMED.exec(inner) ?? []
        if (name === undefined) {
          faults.push(
            `${where}: ${whole} is no reference: write \${NAME}, \${NAME:-default}, or $\${ for the text`,
          )
          return whole
        }
        const value = values[name]
        if (value !== undefined && (value !== '' || fallback === undefined)) return value
        if (fallback === undefined)
          faults.push(`${where}: ${whole} has no value: set ${name} in the environment or in .env`)
        return fallback ?? ''
      })
      // What was written without quotes is read as if the value stood there: `workers: ${WORKERS}` is a number.
      const plain: unknown = node.type === Scalar.PLAIN ? parsePlain(text) : text
      node.value = plain
    },
  })
  return faults
}

function parsePlain(text: string): unknown {
  try {
    const value: unknown = parse(text)
    return typeof value === 'object' && value !== null ? text : value
  } catch {
    return text
  }
}
