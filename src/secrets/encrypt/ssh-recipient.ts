import { generateKeyPairSync } from 'node:crypto'
import type { Recipient } from 'age-encryption'
import { closeOnce, derive, exchange, privateKey, rawPublic } from '../age/curve25519.ts'
import { SSH_LABEL, sshTag } from '../age/ssh-key.ts'

/** An ssh-ed25519 public key, as it stands in an authorized_keys file, as age encrypts for one. Throws where it is none. */
export function sshRecipient(line: string): Recipient {
  const blob = Buffer.from(line.split(/\s+/)[1] ?? '', 'base64')
  if (!blob.subarray(0, PREFIX.length).equals(PREFIX) || blob.length !== PREFIX.length + KEY_BYTES) {
    throw new TypeError('no ssh-ed25519 key')
  }
  const theirs = montgomery(blob.subarray(PREFIX.length))
  const tweak = privateKey(derive(Buffer.alloc(0), blob, SSH_LABEL))
  return {
    wrapFileKey(fileKey) {
      const ephemeral = generateKeyPairSync('x25519').privateKey
      const share = rawPublic(ephemeral)
      const first = exchange(ephemeral, theirs)
      const shared = first && exchange(tweak, first)
      if (!shared) throw new TypeError('no usable ssh-ed25519 key')
      const key = derive(shared, Buffer.concat([share, theirs]), SSH_LABEL)
      const args = ['ssh-ed25519', sshTag(blob), share.toString('base64').replaceAll('=', '')]
      return [{ args, body: closeOnce(key, fileKey) }]
    },
  }
}

const KEY_BYTES = 32
const PREFIX = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1')

const PRIME = 2n ** 255n - 19n

/** The same point of the curve in the form that Diffie-Hellman takes: u = (1 + y) / (1 - y). */
function montgomery(edwards: Buffer): Buffer {
  const y = BigInt(`0x${Buffer.from(edwards).reverse().toString('hex')}`) & (2n ** 255n - 1n)
  const u = modulo((1n + y) * power(modulo(1n - y), PRIME - 2n))
  return Buffer.from(u.toString(16).padStart(2 * KEY_BYTES, '0'), 'hex').reverse()
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let [square, rest] = [base, exponent]; rest > 0n; rest >>= 1n, square = modulo(square * square)) {
    if (rest & 1n) result = modulo(result * square)
  }
  return result
}

function modulo(value: bigint): bigint {
  return ((value % PRIME) + PRIME) % PRIME
}
