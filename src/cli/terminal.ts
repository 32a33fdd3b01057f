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
