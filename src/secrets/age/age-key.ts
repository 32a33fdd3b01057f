import type { KeyObject } from 'node:crypto'
import { bech32 } from '@scure/base'
import { base64, openAgeFile } from './age-file.ts'
import { derive, exchange, open, privateKey, rawPublic } from './curve25519.ts'
import type { Key } from './key.ts'

/** An age identity, as it stands in a file of keys; undefined where it is none. */
export function ageKey(text: string): Key | undefined {
  const secret = decoded(text)
  if (!secret) return undefined
  return text.startsWith('AGE-SECRET-KEY-PQ-') ? hybridKey(text) : x25519Key(privateKey(secret))
}

const SHAPE = /^AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]+$/
const SECRET_BYTES = 32

function decoded(text: string): Uint8Array | undefined {
  if (!SHAPE.test(text)) return undefined
  try {
    const { bytes } = bech32.decodeToBytes(text)
    return bytes.length === SECRET_BYTES ? bytes : undefined
  } catch {
    return undefined
  }
}

const LABEL = 'age-encryption.org/v1/X25519'
const SHARE_BYTES = 32
const WRAPPED_BYTES = 32

function x25519Key(secret: KeyObject): Key {
  const own = rawPublic(secret)
  return {
    async decrypt(file) {
      for (const { args, body } of file.stanzas) {
        const [kind, share] = args
        const theirs =
          kind === 'X25519' && args.length === 2 && share !== undefined ? base64(share) : undefined
        if (theirs?.length !== SHARE_BYTES || body.length !== WRAPPED_BYTES) continue
        const shared = exchange(secret, theirs)
        const fileKey = shared && open(derive(shared, Buffer.concat([theirs, own]), LABEL), body)
        if (fileKey) return openAgeFile(file, fileKey)
      }
      return undefined
    },
    recipient: async () => bech32.encodeFromBytes('age', own),
  }
}

/** What Node has no cryptography for. The library takes long to load, and is only loaded for a file that needs it. */
function hybridKey(text: string): Key {
  return {
    async decrypt({ bytes, stanzas }) {
      if (!stanzas.some(({ args: [kind] }) => kind === 'mlkem768x25519')) return undefined
      const { Decrypter } = await import('age-encryption')
      const decrypter = new Decrypter()
      decrypter.addIdentity(text)
      try {
        return Buffer.from(await decrypter.decrypt(bytes))
      } catch {
        return undefined
      }
    },
    recipient: async () => await (await import('age-encryption')).identityToRecipient(text),
  }
}
