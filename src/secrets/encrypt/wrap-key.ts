import type { Recipient } from 'age-encryption'
import { badRecipient } from '../faults.ts'
import { sshRecipient } from './ssh-recipient.ts'

/** A data key as sops keeps it for one recipient: a small age file, armored. Throws SECRETS_UNSUPPORTED_KEY. */
export async function wrapKey(key: Buffer, recipient: string): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  try {
    encrypter.addRecipient(understood(recipient))
  } catch {
    throw badRecipient(recipient)
  }
  return `${armor.encode(await encrypter.encrypt(key)).trimEnd()}\n`
}

function understood(recipient: string): string | Recipient {
  return recipient.startsWith('ssh-ed25519 ') ? sshRecipient(recipient) : recipient
}
