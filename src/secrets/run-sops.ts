import { errorCode } from '../base/errors.ts'
import { hide } from '../exec/command.ts'
import { run } from '../exec/run.ts'
import { lookUp } from '../exec/tools.ts'
import type { SopsFormat } from './document.ts'
import { unsupportedKey } from './faults.ts'

/** A cloud's key service may be slow; a prompt that nobody sees must end. */
const LONGEST_MS = 60_000

const ANY_CODE = Array.from({ length: 256 }, (_, code) => code)

export interface SopsFailure {
  exitCode: number
  /** Without keys. It may quote a value. */
  stderr: string
}

/** Stdin has no name that tells, and what goes in comes out in the same format. */
export function typeFlags(format: SopsFormat): string[] {
  return ['--input-type', format, '--output-type', format]
}

/** It would ask its publisher for a newer one. */
export const OFFLINE = '--disable-version-check'

interface Asked {
  file: string
  /** Why it is left to sops. */
  why: string
  env: NodeJS.Dict<string>
  input: Buffer
  cwd?: string
  signal: AbortSignal
}

/** Runs sops without a terminal; what it decrypts or encrypts goes by pipes. Throws SECRETS_UNSUPPORTED_KEY without sops. */
export async function runSops(
  args: readonly string[],
  { file, why, env, input, cwd, signal }: Asked,
): Promise<SopsFailure & { stdout: Buffer }> {
  const program = await lookUp('sops', env)
  if (program === undefined)
    throw unsupportedKey(file, `${why}: that is left to sops, which is not installed`)
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)])
  try {
    const { exitCode, stdout, stderr } = await run(
      {
        file: program,
        args: [OFFLINE, ...args],
        // Without a terminal of its own gpg must not be told of another one.
        env: { ...env, GPG_TTY: undefined },
        input,
        ...(cwd !== undefined && { cwd }),
      },
      { signal: bounded, accept: ANY_CODE, exact: true },
    )
    return { exitCode, stdout: Buffer.from(stdout, 'latin1'), stderr: withoutKeys(stderr, env) }
  } catch (error) {
    signal.throwIfAborted()
    // Its detail would show the environment, which has keys, and what was decrypted until then.
    throw unsupportedKey(
      file,
      `${why}: that is left to sops, which did not end (${errorCode(error) ?? 'unknown'})`,
    )
  }
}

function withoutKeys(text: string, env: NodeJS.Dict<string>): string {
  const keys = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith('SOPS_AGE_KEY') ? [value ?? ''] : [],
  )
  const words = keys.flatMap(value => [value, ...value.split(/\s+/)]).filter(word => word.length > 8)
  const utf8 = Buffer.from(text, 'latin1').toString('utf8')
  return hide(utf8, words)
    .replace(/AGE-(SECRET-KEY|PLUGIN)-\S+/gi, '[hidden]')
    .trim()
}
