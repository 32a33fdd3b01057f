import { createSecretKey, type KeyObject } from 'node:crypto'
import { readAgeFile } from './age/age-file.ts'
import type { Key } from './age/key.ts'
import { noKey, wrongKey } from './faults.ts'
import type { Found } from './identities/found.ts'
import type { Identities } from './identities/identities.ts'
import type { AgeKey, Metadata } from './metadata.ts'
import { isNative } from './recipients.ts'

export interface KeyOptions {
  file: string
  identities: Identities
  signal: AbortSignal
}

/**
 * The key of a file's values, by the first of its age keys that one of the identities opens.
 * Where none does, but sops itself might: why it is sops' own.
 */
export async function openDataKey(
  metadata: Metadata,
  { file, identities, signal }: KeyOptions,
): Promise<KeyObject | { sopsOnly: string }> {
  const seen: Found[] = []
  for (const key of metadata.age) {
    const found = await identities.forRecipient(key.recipient, signal)
    seen.push(...found)
    const usable = found.flatMap(place => place.usable)
    const opened = await decrypted(key, usable)
    // Node takes ten times as long for each value that is given the bytes themselves.
    if (opened?.length === DATA_KEY_BYTES) return createSecretKey(opened)
  }
  const sopsOnly = onlyForSops(metadata, seen)
  if (sopsOnly !== undefined) return { sopsOnly }
  throw refusal(metadata, seen, { file, places: identities.places })
}

const DATA_KEY_BYTES = 32

async function decrypted({ encrypted }: AgeKey, usable: readonly Key[]): Promise<Buffer | undefined> {
  const file = readAgeFile(encrypted)
  if (!file) return undefined
  for (const key of usable) {
    const opened = await key.decrypt(file)
    if (opened) return opened
  }
  return undefined
}

function onlyForSops({ age, others }: Metadata, seen: readonly Found[]): string | undefined {
  const [other] = others
  if (other !== undefined) return `one of its keys is ${other}`
  const unusual = age.find(({ recipient }) => !isNative(recipient))
  if (unusual) return `one of its recipients is ${kindOf(unusual.recipient)}`
  const kinds = age.map(({ recipient }) => (recipient.startsWith('ssh-') ? 'ssh' : 'age'))
  const place = seen.find(({ foreign }) => foreign && kinds.includes(foreign.of))
  return place?.foreign && `of the keys in ${place.source}, ${place.foreign.why}`
}

function kindOf(recipient: string): string {
  return recipient.startsWith('ssh-') ? `an ${recipient.split(' ')[0]} key` : 'of an age plugin'
}

function refusal(
  { age }: Metadata,
  seen: readonly Found[],
  { file, places }: { file: string; places: readonly string[] },
): Error {
  const recipients = age.map(({ recipient }) => recipient)
  const bySource = new Map(seen.map(found => [found.source, found]))
  const tried = [...bySource.values()].map(({ source, usable, trouble }) =>
    trouble === undefined ? `${source} (${usable.length} keys)` : `${source}: ${trouble}`,
  )
  return seen.some(({ usable }) => usable.length > 0)
    ? wrongKey(file, recipients, tried)
    : noKey(file, recipients, [...tried, ...places.filter(place => !bySource.has(place))])
}
