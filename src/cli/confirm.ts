import { createInterface } from 'node:readline/promises'
import { interrupted } from '../base/errors.ts'

/** A question on the terminal; only yes is a yes. */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // A terminal in this mode turns Ctrl-C into an event of its own.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim())
  } catch {
    throw interrupted()
  } finally {
    terminal.close()
  }
}
