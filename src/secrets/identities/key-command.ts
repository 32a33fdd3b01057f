import { errorCode } from '../../base/errors.ts'
import { run } from '../../exec/run.ts'
import type { Found } from './found.ts'
import type { Holds } from './sources.ts'
import { splitWords } from './split-words.ts'
import { understand } from './understand.ts'

export interface KeyCommand {
  name: string
  /** Runs it once for each recipient, however many files are of it: it may take its time, or ask somebody. */
  ask: (recipient: string | undefined, signal: AbortSignal) => Promise<Found>
}

/** The commands of the user's that print keys. */
export function keyCommands(env: NodeJS.Dict<string>, cwd: string): KeyCommand[] {
  const { SOPS_AGE_KEY_CMD: age, SOPS_AGE_SSH_PRIVATE_KEY_CMD: ssh } = env
  return [
    ...(age === undefined ? [] : [keyCommand('SOPS_AGE_KEY_CMD', age, 'age-lines', { env, cwd })]),
    ...(ssh === undefined ? [] : [keyCommand('SOPS_AGE_SSH_PRIVATE_KEY_CMD', ssh, 'ssh', { env, cwd })]),
  ]
}

/** A password manager that asks something gets no answer; it has this long to see that. */
const LONGEST_MS = 30_000

function keyCommand(
  name: string,
  line: string,
  holds: Holds,
  { env, cwd }: { env: NodeJS.Dict<string>; cwd: string },
): KeyCommand {
  const answers = new Map<string | undefined, Promise<Found>>()

  async function answer(recipient: string | undefined, signal: AbortSignal): Promise<Found> {
    const [file, ...args] = splitWords(line) ?? []
    if (file === undefined) return { source: name, usable: [], trouble: 'it is no command line' }
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)])
    try {
      const { stdout } = await run(
        { file, args, cwd, env: { ...env, SOPS_AGE_RECIPIENT: recipient } },
        { signal: bounded },
      )
      return { source: name, ...understand(stdout, holds) }
    } catch (error) {
      signal.throwIfAborted()
      // What the command wrote may hold the key.
      return { source: name, usable: [], trouble: `the command failed (${errorCode(error) ?? 'unknown'})` }
    }
  }

  return {
    name,
    ask(recipient, signal) {
      const found = answers.get(recipient) ?? answer(recipient, signal)
      answers.set(recipient, found)
      // It was given up, not answered.
      found.catch(() => answers.delete(recipient))
      return found
    },
  }
}
