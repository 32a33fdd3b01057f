import { DevkError } from '../../base/errors.ts'
import { nearestName } from '../../base/nearest.ts'
import { type Level, levels, parseLevel } from './level.ts'

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** `10m`, `1h30m`, or a time: as lines' times are written. Throws USAGE. */
export function parseSince(value: string, now: number): string {
  const parts = [...value.matchAll(/(\d+)([smhd])/g)]
  if (parts.length > 0 && parts.map(([part]) => part).join('') === value) {
    const seconds = parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0), 0)
    return asLineTime(now - seconds * 1_000)
  }
  const at = Date.parse(value)
  if (Number.isNaN(at)) throw usage('since', value, 'such as 30s, 10m, 2h, 1h30m, 1d or 2026-01-31T08:00:00')
  return asLineTime(at)
}

/** How many lines, or all. Throws USAGE. */
export function parseTail(value: string): number {
  if (value === 'all') return Number.POSITIVE_INFINITY
  if (!/^\d+$/.test(value)) throw usage('tail', value, 'a number of lines, or all')
  return Number(value)
}

/** `/pattern/flags`, or a pattern. Throws USAGE. */
export function parseGrep(value: string): RegExp {
  const [, pattern = value, flags = ''] = /^\/(.+)\/([imsu]*)$/s.exec(value) ?? []
  try {
    return new RegExp(pattern, flags)
  } catch (error) {
    throw usage('grep', value, `a regular expression: ${(error as Error).message}`)
  }
}

export function parseLeastLevel(value: string): Level {
  const level = parseLevel(value)
  if (level) return level
  const near = nearestName(value, levels)
  throw usage('level', value, `one of ${levels.join(', ')}${near ? `; did you mean ${near}?` : ''}`)
}

function asLineTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000000Z`
}

function usage(option: string, value: string, must: string): DevkError {
  return new DevkError({
    code: 'USAGE',
    message: `--${option} "${value}" can't be used: it must be ${must}.`,
    hint: 'devk logs --help has examples.',
  })
}
