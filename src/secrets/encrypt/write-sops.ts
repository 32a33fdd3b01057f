import { createSecretKey, randomBytes } from 'node:crypto'
import { openTree } from '../decrypt-tree.ts'
import { entriesOf, type SopsFormat, type TreeEntry, type TreeMap } from '../document.ts'
import { hasOwnKey, unwritable } from '../faults.ts'
import { isOwnKey, parseSops } from '../metadata.ts'
import { type PrintOptions, print } from '../print/print.ts'
import { settled } from '../print/yaml.ts'
import type { RuleFields } from '../rules.ts'
import { sameParts } from '../same-parts.ts'
import { seal } from '../values/cipher.ts'
import { ownPart, restamped } from './own-part.ts'
import { type Sealing, sealTree } from './seal-tree.ts'
import { wrapKey } from './wrap-key.ts'

export interface NewFile {
  /** age recipients: X25519, hybrid post-quantum, ssh-ed25519. */
  recipients: readonly string[]
  rules: RuleFields
  macOnlyEncrypted: boolean
}

/** Encrypts a document as a new SOPS file; values are as they are read from plaintext. */
export async function writeSops(
  parts: readonly TreeMap[],
  format: SopsFormat,
  { recipients, rules, macOnlyEncrypted, ...options }: NewFile & PrintOptions,
): Promise<Buffer> {
  const bytes = randomBytes(32)
  const age = await Promise.all(
    recipients.map(async recipient => ({ recipient, encrypted: await wrapKey(bytes, recipient) })),
  )
  const own: OwnPart = stamp => ownPart({ age, rules, macOnlyEncrypted, ...stamp }, format)
  const key = createSecretKey(bytes)
  return write(parts, format, { key, rules, macOnlyEncrypted, own, ...options })
}

/** Encrypts a document in the place of the one that is in a file: with the same key, for the same recipients. */
export function rewriteSops(
  parts: readonly TreeMap[],
  format: SopsFormat,
  { own, ...sealing }: Sealing & PrintOptions & { own: readonly TreeEntry[] },
): Buffer {
  return write(parts, format, { ...sealing, own: stamp => restamped(own, format, stamp) })
}

type OwnPart = (stamp: { lastModified: string; mac: Buffer }) => TreeEntry[]

function write(
  parts: readonly TreeMap[],
  format: SopsFormat,
  { own, ...options }: Sealing & PrintOptions & { own: OwnPart },
): Buffer {
  const { key, file } = options
  const plain = format === 'yaml' ? parts.map(settled) : parts
  refuseOwnKeys(plain, format, file)
  const sealed = sealTree(plain, options)
  const lastModified = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const added = own({ lastModified, mac: seal(sealed.mac, 'str', key, lastModified) })
  const whole = sealed.parts.map((part): TreeMap => ({ kind: 'map', entries: [...part.entries, ...added] }))
  const text = print(whole, format, options)
  verify(text, plain, format, options)
  return text
}

function refuseOwnKeys(parts: readonly TreeMap[], format: SopsFormat, file: string): void {
  if (parts.flatMap(entriesOf).some(({ key }) => isOwnKey(key, format))) throw hasOwnKey(file)
}

/** What a format can't hold must not be found out by whoever needs the value: what was written is read before it is kept. */
function verify(
  text: Buffer,
  plain: readonly TreeMap[],
  format: SopsFormat,
  { key, file }: Sealing & PrintOptions,
): void {
  try {
    const { parts, metadata } = parseSops(text, format, file)
    const read = openTree(parts, { metadata, key, file })
    if (sameParts(read, plain)) return
  } catch {
    // Told below.
  }
  throw unwritable(file, format)
}
