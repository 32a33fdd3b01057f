import { createHash } from 'node:crypto'
import type { Identity, Stanza } from 'age-encryption'
import { derive, exchange, open, privateKey, rawPublic } from '../curve25519.ts'

export const SSH_LABEL = 'age-encryption.org/v1/ssh-ed25519'

/** An SSH key as age uses one: its Curve25519 twin opens what was encrypted for its public half. */
export function sshIdentity({ seed, publicBlob }: { seed: Buffer; publicBlob: Buffer }): Identity {
  const scalar = privateKey(createHash('sha512').update(seed).digest().subarray(0, 32))
  const ownPublic = rawPublic(scalar)
  const tag = sshTag(publicBlob)
  const tweak = privateKey(derive(Buffer.alloc(0), publicBlob, SSH_LABEL))
  return {
    unwrapFileKey(stanzas: Stanza[]): Uint8Array | null {
      for (const { args, body } of stanzas) {
        const [kind, theirTag, share] = args
        if (kind !== 'ssh-ed25519' || theirTag !== tag || share === undefined) continue
        const theirs = Buffer.from(share, 'base64')
        if (args.length !== 3 || theirs.length !== 32 || body.length !== WRAPPED_BYTES) return null
        const shared = exchange(tweak, exchange(scalar, theirs))
        const opened = open(derive(shared, Buffer.concat([theirs, ownPublic]), SSH_LABEL), body)
        if (opened) return opened
      }
      return null
    },
  }
}

const WRAPPED_BYTES = 32

/** What tells one SSH key from another in an age file. */
export function sshTag(publicBlob: Buffer): string {
  const hash = createHash('sha256').update(publicBlob).digest()
  return hash.subarray(0, 4).toString('base64').replaceAll('=', '')
}
