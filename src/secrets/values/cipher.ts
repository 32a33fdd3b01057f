import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'

/** What stands in a file in a value's place. */
export interface Sealed {
  data: Buffer
  iv: Buffer
  tag: Buffer
  type: string
}

const SHAPE =
  /^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]+),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:([a-z]+)\]$/

/** `plain` where it doesn't look like an encrypted value at all, `broken` where it does and isn't one. */
export function parseSealed(bytes: Buffer): Sealed | 'plain' | 'broken' {
  const text = bytes.toString('latin1')
  if (!text.startsWith('ENC[')) return 'plain'
  const [, data, iv, tag, type] = SHAPE.exec(text) ?? []
  if (data === undefined || iv === undefined || tag === undefined || type === undefined) return 'broken'
  const decoded = [data, iv, tag].map(base64)
  const [dataBytes, ivBytes, tagBytes] = decoded
  if (!dataBytes || !ivBytes || !tagBytes || tagBytes.length !== TAG_BYTES) return 'broken'
  return { data: dataBytes, iv: ivBytes, tag: tagBytes, type }
}

/** Undefined where the key, the place or any byte of it is another one than it was encrypted with. */
export function unseal({ data, iv, tag }: Sealed, key: KeyObject, place: string): Buffer | undefined {
  // Node throws for longer ones.
  if (iv.length > MOST_IV_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(place, 'utf8'))
  decipher.setAuthTag(tag)
  const opened = decipher.update(data)
  try {
    decipher.final()
    return opened
  } catch {
    return undefined
  }
}

/** The twin of `parseSealed` and `unseal`, as it stands in a file. */
export function seal(bytes: Buffer, type: string, key: KeyObject, place: string): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(place, 'utf8'))
  const data = Buffer.concat([cipher.update(bytes), cipher.final()])
  const [shownData, shownIv, tag] = [data, iv, cipher.getAuthTag()].map(part => part.toString('base64'))
  return Buffer.from(`ENC[AES256_GCM,data:${shownData},iv:${shownIv},tag:${tag},type:${type}]`, 'latin1')
}

/** Where a value stands, as it is bound to it. */
export function placeOf(path: readonly string[]): string {
  return `${path.join(':')}:`
}

const IV_BYTES = 32
const TAG_BYTES = 16
const MOST_IV_BYTES = 128

/** Node's own decoder ignores what isn't base64; a file that was changed must not be read as if it weren't. */
function base64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
