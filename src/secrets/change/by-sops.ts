import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DevkError } from '../../base/errors.ts'
import { runSops, type SopsFailure, typeFlags } from '../run-sops.ts'
import type { SecretFile } from './secret-file.ts'

export interface SopsRun {
  env: NodeJS.Dict<string>
  signal: AbortSignal
  /** Why it is left to sops. */
  why: string
}

/** Has sops encrypt what devk has not the recipients' kind for; the plaintext goes by a pipe. */
export async function encryptBySops(
  plain: Buffer,
  { file, path, format }: SecretFile,
  run: SopsRun,
): Promise<Buffer> {
  const args = ['encrypt', ...typeFlags(format), '--filename-override', path]
  const { exitCode, stdout, stderr } = await runSops(args, { ...run, file, input: plain, cwd: dirname(path) })
  if (exitCode !== 0) throw failed(file, run.why, { exitCode, stderr })
  return stdout
}

/** Has sops set a value in a copy, which is ciphertext as the file itself is; the value goes by a pipe. */
export async function setBySops(
  secretFile: SecretFile & { bytes: Buffer },
  sopsPath: string,
  json: string,
  run: SopsRun,
): Promise<Buffer> {
  const { file, format, bytes } = secretFile
  const folder = await mkdtemp(join(tmpdir(), 'devk-sops-'))
  try {
    const copy = join(folder, 'copy')
    await writeFile(copy, bytes, { mode: 0o600 })
    const args = ['set', ...typeFlags(format), '--value-stdin', copy, sopsPath]
    const input = Buffer.from(json, 'utf8')
    const { exitCode, stderr } = await runSops(args, { ...run, file, input })
    if (exitCode !== 0) throw failed(file, run.why, { exitCode, stderr })
    return await readFile(copy)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function failed(file: string, why: string, { exitCode, stderr }: SopsFailure): DevkError {
  return new DevkError({
    code: exitCode === 128 ? 'SECRETS_WRONG_KEY' : 'SECRETS_UNSUPPORTED_KEY',
    message: `${file} was left as it is: ${why}, and sops, which that is left to, failed (code ${exitCode}).`,
    hint: `See that sops edit ${file} works in a terminal: here nobody is asked for a passphrase.`,
    // Of other failures it may quote a value.
    ...(exitCode === 128 && { detail: stderr }),
  })
}
