import { createHash } from 'node:crypto'
import { base64, openAgeFile } from './age-file.ts'
import { derive, exchange, open, privateKey, rawPublic } from './curve25519.ts'
import type { Key } from './key.ts'

export const SSH_LABEL = 'age-encryption.org/v1/ssh-ed25519'

/** An SSH key as age uses one: its Curve25519 twin opens what was encrypted for its public half. */
export function sshKey({ seed, publicBlob }: { seed: Buffer; publicBlob: Buffer }): Key {
  const scalar = privateKey(createHash('sha512').update(seed).digest().subarray(0, 32))
  const ownPublic = rawPublic(scalar)
  const tag = sshTag(publicBlob)
  const tweak = privateKey(derive(Buffer.alloc(0), publicBlob, SSH_LABEL))
  return {
    async decrypt(file) {
      for (const { args, body } of file.stanzas) {
        const [kind, theirTag, share] = args
        if (kind !== 'ssh-ed25519' || theirTag !== tag || share === undefined) continue
        const theirs = base64(share)
        if (args.length !== 3 || theirs?.length !== SHARE_BYTES || body.length !== WRAPPED_BYTES) continue
        const first = exchange(scalar, theirs)
        const shared = first && exchange(tweak, first)
        const fileKey = shared && open(derive(shared, Buffer.concat([theirs, ownPublic]), SSH_LABEL), body)
        if (fileKey) return openAgeFile(file, fileKey)
      }
      return undefined
    },
    recipient: async () => `ssh-ed25519 ${publicBlob.toString('base64')}`,
  }
}

const SHARE_BYTES = 32
const WRAPPED_BYTES = 32

/** What tells one SSH key from another in an age file. */
export function sshTag(publicBlob: Buffer): string {
  const hash = createHash('sha256').update(publicBlob).digest()
  return hash.subarray(0, 4).toString('base64').replaceAll('=', '')
}
