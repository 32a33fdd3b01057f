import { fstatSync } from 'node:fs'

/** Whether it is a terminal, found out without opening Node's own streams, which takes milliseconds. */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    return (
      fstatSync(descriptor).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(descriptor)
    )
  } catch {
    // It is closed.
    return false
  }
}

/** Whether what is written to stdout may have colours: NO_COLOR and FORCE_COLOR are heard. */
export function isColoured(env: NodeJS.ProcessEnv = process.env): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0'
  return isTerminal(1) && env['TERM'] !== 'dumb'
}
