import { createHash } from 'node:crypto'
import { chmod, readFile, realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DevkError, errorCode } from '../../base/errors.ts'
import { writeFileAtomic } from '../../base/write-file.ts'
import { formatOf, type SopsFormat } from '../document.ts'
import { openSops } from '../encrypt/open-sops.ts'
import { openIdentities } from '../identities/identities.ts'

/** A file that is to be changed, as it was when somebody looked. */
export interface SecretFile {
  /** As the user named it. */
  file: string
  /** What is written: where a link leads. */
  path: string
  format: SopsFormat
  /** Undefined where there is none yet. */
  bytes: Buffer | undefined
  /** Tells whether it is still the same. */
  stamp: string
}

const NONE = 'none'
const NEW_MODE = 0o644

/** Decrypts and verifies it for a change, by the user's keys. */
export async function openSecretFile(
  { file, format, bytes }: SecretFile & { bytes: Buffer },
  { env, folder, signal }: { env: NodeJS.Dict<string>; folder: string; signal: AbortSignal },
): ReturnType<typeof openSops> {
  return await openSops(bytes, format, { file, identities: await openIdentities(env, folder), signal })
}

export async function readSecretFile(file: string, folder: string): Promise<SecretFile> {
  const named = resolve(folder, file)
  const format = formatOf(named)
  try {
    const path = await realpath(named)
    const bytes = await readFile(path)
    return { file, path, format, bytes, stamp: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return { file, path: named, format, bytes: undefined, stamp: NONE }
  }
}

/** Readers see the old file or the whole new one. Throws SECRETS_CHANGED_MEANWHILE where it is not the one that was read. */
export async function saveSecretFile({ file, path, stamp }: SecretFile, text: Uint8Array): Promise<void> {
  await refuseChanged({ file, path, stamp })
  const mode = await modeOf(path)
  await writeFileAtomic(path, text, mode)
  // What a umask has taken away.
  await chmod(path, mode)
}

export async function refuseChanged({
  file,
  path,
  stamp,
}: Pick<SecretFile, 'file' | 'path' | 'stamp'>): Promise<void> {
  const now = await readSecretFile(path, '/')
  if (now.stamp === stamp) return
  throw new DevkError({
    code: 'SECRETS_CHANGED_MEANWHILE',
    message: `${file} was changed by somebody else meanwhile; it is left as it is now.`,
    hint: 'Look at what changed (git diff), then make your change again.',
  })
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o7777
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return NEW_MODE
    throw error
  }
}
