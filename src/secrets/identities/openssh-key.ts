/** The ed25519 key of an OpenSSH private key file, or why devk itself can't use it. */
export type OpenSshKey = { seed: Buffer; publicBlob: Buffer } | 'passphrase' | 'other-kind' | 'malformed'

const ARMOR = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/
const MAGIC = Buffer.from('openssh-key-v1\0', 'latin1')

export function readOpenSshKey(text: string): OpenSshKey {
  const [, body] = ARMOR.exec(text) ?? []
  if (body === undefined) return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) ? 'other-kind' : 'malformed'
  try {
    return readBody(Buffer.from(body, 'base64'))
  } catch (error) {
    if (error instanceof RangeError) return 'malformed'
    throw error
  }
}

function readBody(bytes: Buffer): OpenSshKey {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return 'malformed'
  const outer = reader(bytes.subarray(MAGIC.length))
  const cipher = outer.block().toString('latin1')
  outer.block()
  outer.block()
  if (outer.number() !== 1) return 'malformed'
  const publicBlob = outer.block()
  if (reader(publicBlob).block().toString('latin1') !== 'ssh-ed25519') return 'other-kind'
  if (cipher !== 'none') return 'passphrase'
  const inner = reader(outer.block())
  const [check, again] = [inner.number(), inner.number()]
  if (check !== again) return 'malformed'
  inner.block()
  const publicKey = inner.block()
  const secret = inner.block()
  const seed = secret.subarray(0, SEED_BYTES)
  const fits = secret.length === 2 * SEED_BYTES && secret.subarray(SEED_BYTES).equals(publicKey)
  return fits ? { seed, publicBlob } : 'malformed'
}

const SEED_BYTES = 32

/** Throws RangeError behind the end. */
function reader(bytes: Buffer): { number: () => number; block: () => Buffer } {
  let at = 0
  const number = (): number => {
    const value = bytes.readUInt32BE(at)
    at += 4
    return value
  }
  const block = (): Buffer => {
    const length = number()
    if (at + length > bytes.length) throw new RangeError('behind the end')
    at += length
    return bytes.subarray(at - length, at)
  }
  return { number, block }
}
