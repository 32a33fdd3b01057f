import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import type { Identity, Stanza } from 'age-encryption'

const LABEL = 'age-encryption.org/v1/ssh-ed25519'

/** An SSH key as age uses one: its Curve25519 twin opens what was encrypted for its public half. */
export function sshIdentity({ seed, publicBlob }: { seed: Buffer; publicBlob: Buffer }): Identity {
  const scalar = privateKey(createHash('sha512').update(seed).digest().subarray(0, 32))
  const ownPublic = rawPublic(scalar)
  const tag = createHash('sha256').update(publicBlob).digest().subarray(0, 4).toString('base64')
  const tweak = privateKey(derive(Buffer.alloc(0), publicBlob))
  return {
    unwrapFileKey(stanzas: Stanza[]): Uint8Array | null {
      for (const { args, body } of stanzas) {
        const [kind, theirTag, share] = args
        if (kind !== 'ssh-ed25519' || theirTag !== tag.replaceAll('=', '') || share === undefined) continue
        const theirs = Buffer.from(share, 'base64')
        if (args.length !== 3 || theirs.length !== 32 || body.length !== WRAPPED_BYTES) return null
        const shared = exchange(tweak, exchange(scalar, theirs))
        const opened = open(derive(shared, Buffer.concat([theirs, ownPublic])), body)
        if (opened) return opened
      }
      return null
    },
  }
}

const TAG_BYTES = 16
const WRAPPED_BYTES = 16 + TAG_BYTES

function open(key: Buffer, body: Uint8Array): Uint8Array | undefined {
  const cipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: TAG_BYTES })
  cipher.setAuthTag(body.subarray(-TAG_BYTES))
  const opened = cipher.update(body.subarray(0, -TAG_BYTES))
  try {
    cipher.final()
    return opened
  } catch {
    return undefined
  }
}

function derive(secret: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, LABEL, 32))
}

function exchange(own: KeyObject, theirs: Buffer): Buffer {
  return diffieHellman({ privateKey: own, publicKey: publicKey(theirs) })
}

// The fixed beginnings of X25519 keys in DER: Node imports no raw ones.
const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex')

function privateKey(raw: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_DER, raw]), format: 'der', type: 'pkcs8' })
}

function publicKey(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_DER, raw]), format: 'der', type: 'spki' })
}

function rawPublic(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}
