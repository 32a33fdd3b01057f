import { errorCode } from '../base/errors.ts'
import { hide } from '../exec/command.ts'
import { type Ran, run } from '../exec/run.ts'
import { lookUp } from '../exec/tools.ts'
import type { KeyOptions } from './data-key.ts'
import {
  type SopsDocument,
  type SopsFormat,
  scalar,
  type TreeComment,
  type TreeMap,
  type TreeScalar,
} from './document.ts'
import { macMismatch, malformed, tamperedValue, unopenedBySops, unsupportedKey } from './faults.ts'
import { parse } from './formats/parse.ts'
import { mapLeaves } from './map-leaves.ts'
import { printed } from './printed.ts'

/** A cloud's key service may be slow; a prompt that nobody sees must end. */
const LONGEST_MS = 60_000

/** Has sops itself decrypt and verify what devk has no key for. The plaintext comes by a pipe and stays in memory. */
export async function decryptBySops(
  text: Buffer,
  format: SopsFormat,
  options: KeyOptions & { why: string },
): Promise<SopsDocument> {
  const { file, why } = options
  const { exitCode, stdout, stderr } = await runSops(text, format, options)
  switch (exitCode) {
    case 0:
      return { format, parts: readPlain(Buffer.from(stdout, 'latin1'), format, file) }
    case MAC_MISMATCH:
      throw macMismatch(file)
    case BROKEN_TREE:
      throw tamperedValue(file)
    case NO_KEY:
      throw unopenedBySops(file, why, withoutKeys(stderr, options.identities.env))
    default:
      // What it wrote may quote a value.
      throw malformed(file, `sops, which it was left to (${why}), ended with code ${exitCode}`)
  }
}

const [BROKEN_TREE, MAC_MISMATCH, NO_KEY] = [25, 51, 128]
const ANY_CODE = Array.from({ length: 256 }, (_, code) => code)

async function runSops(
  input: Buffer,
  format: SopsFormat,
  { file, why, identities, signal }: KeyOptions & { why: string },
): Promise<Ran> {
  const program = await lookUp('sops', identities.env)
  if (program === undefined)
    throw unsupportedKey(file, `${why}: that is left to sops, which is not installed`)
  // The ciphertext goes in by stdin, so that it is what was looked at here; the name is for messages alone.
  const args = ['--disable-version-check', 'decrypt', '--input-type', format, '--output-type', format]
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)])
  try {
    return await run(
      // Without a terminal of its own gpg must not be told of another one.
      {
        file: program,
        args: [...args, '--filename-override', file],
        env: { ...identities.env, GPG_TTY: undefined },
        input,
      },
      { signal: bounded, accept: ANY_CODE, exact: true },
    )
  } catch (error) {
    signal.throwIfAborted()
    // Its detail would show the environment, which has keys, and what was decrypted until then.
    throw unsupportedKey(
      file,
      `${why}: that is left to sops, which did not end (${errorCode(error) ?? 'unknown'})`,
    )
  }
}

function readPlain(text: Buffer, format: SopsFormat, file: string): TreeMap[] {
  if (format !== 'binary') {
    const print = (leaf: TreeScalar | TreeComment) => (leaf.kind === 'comment' ? leaf : printed(leaf, format))
    return mapLeaves(parse(text, format, file), print)
  }
  return [{ kind: 'map', entries: [{ kind: 'entry', key: 'data', value: scalar('str', text) }] }]
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
