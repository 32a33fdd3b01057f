import { createHmac, timingSafeEqual } from 'node:crypto'
import { derive, open } from './curve25519.ts'

/** A small age file, such as sops keeps a data key in: its body is one chunk. */
export interface AgeFile {
  bytes: Buffer
  stanzas: AgeStanza[]
  /** What the header's MAC is over. */
  header: Buffer
  mac: Buffer
  nonce: Buffer
  body: Buffer
}

export interface AgeStanza {
  args: string[]
  body: Buffer
}

const ARMOR =
  /^\s*-----BEGIN AGE ENCRYPTED FILE-----\r?\n([A-Za-z0-9+/=\r\n]+)\r?\n-----END AGE ENCRYPTED FILE-----\s*$/
const END = '\n---'
const NONCE_BYTES = 16

/** Undefined where it is none. */
export function readAgeFile(armored: string): AgeFile | undefined {
  const bytes = base64((ARMOR.exec(armored)?.[1] ?? '').replace(/[\r\n]/g, ''))
  if (!bytes) return undefined
  const end = bytes.indexOf(END) + END.length
  const lineEnd = bytes.indexOf('\n', end)
  const mac = base64(bytes.toString('latin1', end, lineEnd).trim())
  const [version, ...lines] = bytes.toString('latin1', 0, end - END.length).split('\n')
  const stanzas = readStanzas(lines)
  if (end < END.length || lineEnd < 0 || version !== 'age-encryption.org/v1' || !mac || !stanzas)
    return undefined
  const nonce = bytes.subarray(lineEnd + 1, lineEnd + 1 + NONCE_BYTES)
  const body = bytes.subarray(lineEnd + 1 + NONCE_BYTES)
  return { bytes, stanzas, header: bytes.subarray(0, end), mac, nonce, body }
}

/** What is in the file, by the key of it that one of its stanzas held; undefined where any byte is another one. */
export function openAgeFile({ header, mac, nonce, body }: AgeFile, fileKey: Buffer): Buffer | undefined {
  const computed = createHmac('sha256', derive(fileKey, Buffer.alloc(0), 'header'))
    .update(header)
    .digest()
  if (computed.length !== mac.length || !timingSafeEqual(computed, mac)) return undefined
  if (nonce.length !== NONCE_BYTES || body.length < SHORTEST_BODY || body.length > LONGEST_BODY)
    return undefined
  return open(derive(fileKey, nonce, 'payload'), body, ONLY_CHUNK)
}

const SHORTEST_BODY = 16
const LONGEST_BODY = 64 * 1024 + 16
/** The first chunk, and the last one. */
const ONLY_CHUNK = Buffer.from('000000000000000000000001', 'hex')

function readStanzas(lines: readonly string[]): AgeStanza[] | undefined {
  const stanzas: { args: string[]; text: string }[] = []
  for (const line of lines) {
    const last = stanzas.at(-1)
    if (line.startsWith('-> ')) stanzas.push({ args: line.slice(3).split(' '), text: '' })
    else if (last) last.text += line
    else return undefined
  }
  const read = stanzas.map(({ args, text }) => ({ args, body: base64(text) }))
  return read.every((stanza): stanza is AgeStanza => stanza.body !== undefined) ? read : undefined
}

/** Without or with its padding; undefined where it is no base64. */
export function base64(text: string): Buffer | undefined {
  if (!/^[^=]*={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  const bare = (padded: string) => padded.replace(/=+$/, '')
  return bare(bytes.toString('base64')) === bare(text) ? bytes : undefined
}
