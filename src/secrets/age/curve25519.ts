import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'

// What age does with Curve25519 keys, by Node's own cryptography.

/** Undefined for a public key that all secrets are the same with. */
export function exchange(own: KeyObject, theirs: Uint8Array): Buffer | undefined {
  try {
    return diffieHellman({ privateKey: own, publicKey: publicKey(theirs) })
  } catch {
    return undefined
  }
}

export function derive(secret: Uint8Array, salt: Uint8Array, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, label, 32))
}

// The fixed beginnings of X25519 keys in DER: Node imports no raw ones.
const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex')

export function privateKey(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_DER, raw]), format: 'der', type: 'pkcs8' })
}

function publicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_DER, raw]), format: 'der', type: 'spki' })
}

export function rawPublic(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}

const TAG_BYTES = 16

/** Bytes that are encrypted once under a key of their own, so that the nonce may be a fixed one. */
export function closeOnce(key: Buffer, bytes: Uint8Array): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', createSecretKey(key), FIXED_NONCE, {
    authTagLength: TAG_BYTES,
  })
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

const FIXED_NONCE = Buffer.alloc(12)

/** Undefined where the key or any byte is another one. */
export function open(key: Buffer, body: Uint8Array, nonce: Buffer = FIXED_NONCE): Buffer | undefined {
  const cipher = createDecipheriv('chacha20-poly1305', createSecretKey(key), nonce, {
    authTagLength: TAG_BYTES,
  })
  cipher.setAuthTag(body.subarray(-TAG_BYTES))
  const opened = cipher.update(body.subarray(0, -TAG_BYTES))
  try {
    cipher.final()
    return opened
  } catch {
    return undefined
  }
}
