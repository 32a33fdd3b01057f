import { type KeyOptions, openDataKey } from './data-key.ts'
import { decryptBySops } from './decrypt-by-sops.ts'
import { decryptTree } from './decrypt-tree.ts'
import type { SopsDocument, SopsFormat } from './document.ts'
import { type Metadata, parseSops } from './metadata.ts'

/**
 * Decrypts a SOPS file and verifies all of it: each value in its place, and by the MAC that all are there.
 * Throws an error with a SECRETS_ code that says what failed and never a value. The MAC is not over keys: who reads a
 * document may trust its values, and must not take from it where they go.
 */
export async function readSops(text: Buffer, format: SopsFormat, options: KeyOptions): Promise<SopsDocument> {
  return (await readWhole(text, format, options)).document
}

/** The same, with what the file says of its own encryption. */
export async function readWhole(
  text: Buffer,
  format: SopsFormat,
  options: KeyOptions,
): Promise<{ document: SopsDocument; metadata: Metadata }> {
  const { file } = options
  const { parts, metadata } = parseSops(text, format, file)
  const { rules } = metadata
  const key = await openDataKey(metadata, options)
  const read =
    'sopsOnly' in key
      ? await decryptBySops(text, format, { ...options, why: key.sopsOnly })
      : decryptTree(parts, { key, metadata, format, file })
  return { document: { format, rules, parts: read }, metadata }
}
