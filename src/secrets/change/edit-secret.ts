import { basename } from 'node:path'
import { DevkError, toDevkError } from '../../base/errors.ts'
import { findTool } from '../../exec/tools.ts'
import type { OpenedSecret, SavedSecret } from '../../model/secrets.ts'
import type { SopsFormat, TreeMap } from '../document.ts'
import { uneditable } from '../faults.ts'
import { parsePlain } from '../formats/parse.ts'
import { printPlain } from '../print/print.ts'
import { OFFLINE, typeFlags } from '../run-sops.ts'
import { readsBack } from '../same-parts.ts'
import { editorOf } from './editor.ts'
import { newFileText, ruleForNew } from './new-file.ts'
import {
  openSecretFile,
  readSecretFile,
  refuseChanged,
  type SecretFile,
  saveSecretFile,
} from './secret-file.ts'

export interface EditOptions {
  file: string
  folder: string
  env: NodeJS.Dict<string>
  signal: AbortSignal
}

/** A file's plaintext for an editor, and which one; where only sops opens it, the ciphertext for sops' own edit. */
export async function openSecret(options: EditOptions): Promise<OpenedSecret> {
  const { env } = options
  const secretFile = await readSecretFile(options.file, options.folder)
  const { file, path, format, bytes, stamp } = secretFile
  const opened = { name: basename(path), stamp, editor: await editorOf(env) }
  if (!bytes) {
    await ruleForNew(secretFile)
    return { ...opened, isNew: true, text: EMPTY[format] ?? '' }
  }
  const found = await openSecretFile({ ...secretFile, bytes }, options)
  if ('sopsOnly' in found) {
    const text = bytes.toString('base64')
    return {
      ...opened,
      isNew: false,
      text,
      sops: {
        command: [await findTool('sops', env), OFFLINE, 'edit', ...typeFlags(format)],
        why: found.sopsOnly,
      },
    }
  }
  const plain = printPlain(found.parts, format, { file, indent: found.indent })
  if (!readsBack(plain, found.parts, format)) throw uneditable(file, format)
  return { ...opened, isNew: false, text: plain.toString('base64') }
}

const EMPTY: Partial<Record<SopsFormat, string>> = { json: Buffer.from('{}\n').toString('base64') }

/** Encrypts what an editor left in the place of what was opened, and only of that: `stamp` tells. */
export async function saveSecret(
  plain: Buffer,
  { stamp, ...options }: EditOptions & { stamp: string },
): Promise<SavedSecret> {
  const secretFile = { ...(await readSecretFile(options.file, options.folder)), stamp }
  const { file, format, bytes } = secretFile
  await refuseChanged(secretFile)
  const parts = readEdited(plain, format, file)
  await saveSecretFile(secretFile, await sealed(parts, secretFile, bytes, options))
  return { file, outcome: bytes ? 'changed' : 'created' }
}

/** Puts what sops itself has edited in the place of what was opened. */
export async function saveSealed(
  text: Buffer,
  { stamp, file, folder }: EditOptions & { stamp: string },
): Promise<SavedSecret> {
  const secretFile = { ...(await readSecretFile(file, folder)), stamp }
  await saveSecretFile(secretFile, text)
  return { file, outcome: 'changed' }
}

async function sealed(
  parts: readonly TreeMap[],
  secretFile: SecretFile,
  bytes: Buffer | undefined,
  options: EditOptions,
): Promise<Buffer> {
  if (bytes) {
    const found = await openSecretFile({ ...secretFile, bytes }, options)
    if (!('sopsOnly' in found)) return found.rewritten(parts)
  }
  const rule = await ruleForNew(secretFile)
  return await newFileText(parts, secretFile, rule, options)
}

function readEdited(plain: Buffer, format: SopsFormat, file: string): TreeMap[] {
  try {
    return parsePlain(plain, format, `What you wrote for ${file}`)
  } catch (thrown) {
    const { code, message } = toDevkError(thrown)
    throw new DevkError({ code, message, hint: 'The file itself was left as it is.' })
  }
}
