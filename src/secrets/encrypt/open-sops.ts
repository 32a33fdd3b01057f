import { type KeyOptions, openDataKey } from '../data-key.ts'
import { openTree } from '../decrypt-tree.ts'
import type { SopsFormat, TreeMap } from '../document.ts'
import { parseSops } from '../metadata.ts'
import { indentOf } from '../print/indent-of.ts'
import type { RuleFields } from '../rules.ts'
import { earlierSeals } from './earlier-seals.ts'
import { rewriteSops } from './write-sops.ts'

/** A SOPS file that may be written anew. */
export interface OpenSops {
  /** Its values as they are read from plaintext. */
  parts: TreeMap[]
  rules: RuleFields
  /** The file's text with other content: the same key and recipients, and what did not change stays byte for byte. */
  rewritten: (parts: readonly TreeMap[]) => Buffer
  /** How far it is indented, as for `print`. */
  indent: string | undefined
}

/** Decrypts and verifies a file for a change. Where devk has no key for it, but sops may: why. */
export async function openSops(
  text: Buffer,
  format: SopsFormat,
  options: KeyOptions,
): Promise<OpenSops | { sopsOnly: string }> {
  const { file } = options
  const { parts, metadata, own } = parseSops(text, format, file)
  const key = await openDataKey(metadata, options)
  if ('sopsOnly' in key) return key
  const earlier = earlierSeals()
  const { rules, macOnlyEncrypted } = metadata
  const indent = indentOf(text, format)
  return {
    parts: openTree(parts, { metadata, key, file, onOpened: earlier.add }),
    rules,
    indent,
    rewritten: changed =>
      rewriteSops(changed, format, { key, rules, macOnlyEncrypted, earlier, own, file, indent }),
  }
}
