import { formatDuration } from '../base/time.ts'
import { style } from './style.ts'

/** How one ended step reads. */
export function stepLine({
  title,
  state,
  ms,
}: {
  title: string
  state: 'done' | 'failed'
  ms: number
}): string {
  const { dim, green, red } = style(process.stderr)
  return `${state === 'done' ? green('✓') : red('✗')} ${title} ${dim(formatDuration(ms))}`
}

export function noteLine(message: string): string {
  return `${style(process.stderr).yellow('!')} ${message}`
}
