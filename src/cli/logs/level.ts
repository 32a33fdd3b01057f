/** The mildest first. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type Level = (typeof levels)[number]

export const spellings: Record<string, Level> = {
  verbose: 'trace',
  notice: 'info',
  log: 'info',
  information: 'info',
  warning: 'warn',
  wrn: 'warn',
  err: 'error',
  severe: 'error',
  critical: 'fatal',
  crit: 'fatal',
  panic: 'fatal',
  alert: 'fatal',
  emergency: 'fatal',
  emerg: 'fatal',
  ...Object.fromEntries(levels.map(level => [level, level])),
  inf: 'info',
  dbg: 'debug',
  ftl: 'fatal',
}

/** As programs that count write it, pino and bunyan among them; or by its name. */
export function parseLevel(value: unknown): Level | undefined {
  if (typeof value === 'number') return levels[Math.min(Math.max(Math.floor(value / 10) - 1, 0), 5)]
  return typeof value === 'string' ? spellings[value.toLowerCase()] : undefined
}

export function isAtLeast(level: Level, least: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(least)
}
