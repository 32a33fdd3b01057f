import type { ErrorFields } from '../base/errors.ts'
import { style } from './style.ts'

/** What failed, what was captured of it, and the next step, for a person at stderr. */
export function errorText({ message, hint, detail }: ErrorFields): string {
  const { bold, dim, red } = style(process.stderr)
  return [
    `${red('✗')} ${bold(message)}`,
    ...(detail ? detail.split('\n').map(line => dim(`    ${line}`)) : []),
    ...(hint ? hint.split('\n').map(line => `  → ${line}`) : []),
  ].join('\n')
}
