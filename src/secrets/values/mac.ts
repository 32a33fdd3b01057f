import { createHash, type Hash } from 'node:crypto'

/** Over the values of a file, in their order. */
export function beginMac(onlyEncrypted: boolean): Hash {
  const mac = createHash('sha512')
  // So that a file of the one setting can't be passed off as one of the other.
  if (onlyEncrypted) mac.update(createHash('sha256').update('sops').digest())
  return mac
}

export function macText(mac: Hash): Buffer {
  return Buffer.from(mac.digest('hex').toUpperCase(), 'latin1')
}
