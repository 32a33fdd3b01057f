/**
 * The part of SPDY/3.1 that Kubernetes speaks where streams are bundled: no priorities, no flow control, no pushes. What
 * the other side writes into its headers nobody reads, so they are passed over and never inflated.
 */
export type Frame =
  /** A part of what one data frame holds; `last` where the other side says no more after it. */
  | { is: 'data'; stream: number; bytes: Buffer; last: boolean }
  | { is: 'accepted'; stream: number; last: boolean }
  | { is: 'reset'; stream: number }
  | { is: 'ping'; id: number }
  | { is: 'away' }

const HEADER = 8
const CONTROL = 0x80
const FIN = 0x01
const type = { open: 1, accepted: 2, reset: 3, ping: 6, away: 7 } as const
const CANCEL = 5
const ZLIB_HEADER = Buffer.from([0x78, 0x01])
const FLUSH = Buffer.from([0, 0, 0, 0xff, 0xff])

/** Reads frames out of what arrives, however it is cut. */
export function frameReader(): (chunk: Buffer) => Generator<Frame> {
  let header = Buffer.alloc(0)
  let left = 0
  let control: Buffer[] = []
  return function* read(chunk) {
    let rest = chunk
    while (rest.length > 0 || (header.length === HEADER && left === 0)) {
      if (header.length < HEADER) {
        const taken = rest.subarray(0, HEADER - header.length)
        header = Buffer.concat([header, taken])
        rest = rest.subarray(taken.length)
        if (header.length < HEADER) return
        left = header.readUIntBE(5, 3)
      }
      const body = rest.subarray(0, left)
      rest = rest.subarray(body.length)
      left -= body.length
      const isControl = (header.readUInt8(0) & CONTROL) !== 0
      if (isControl) control.push(body)
      else if (body.length > 0 || left === 0) yield dataOf(header, body, left === 0)
      if (left > 0) return
      const frame = isControl ? controlOf(header, Buffer.concat(control)) : undefined
      header = Buffer.alloc(0)
      control = []
      if (frame) yield frame
    }
  }
}

function dataOf(header: Buffer, bytes: Buffer, whole: boolean): Frame {
  return { is: 'data', stream: header.readUInt32BE(0), bytes, last: whole && isLast(header) }
}

function controlOf(header: Buffer, body: Buffer): Frame | undefined {
  if (body.length < 4) return undefined
  const first = body.readUInt32BE(0) & 0x7f_ff_ff_ff
  switch (header.readUInt16BE(2)) {
    case type.accepted:
      return { is: 'accepted', stream: first, last: isLast(header) }
    case type.reset:
      return { is: 'reset', stream: first }
    case type.ping:
      return { is: 'ping', id: body.readUInt32BE(0) }
    case type.away:
      return { is: 'away' }
    default:
      return undefined
  }
}

function isLast(header: Buffer): boolean {
  return (header.readUInt8(4) & FIN) !== 0
}

/** Opens a stream; `last` where this side says nothing on it. The first one of a connection begins its zlib stream. */
export function openFrame(
  stream: number,
  headers: Readonly<Record<string, string>>,
  { first, last }: { first: boolean; last: boolean },
): Buffer {
  const ids = Buffer.alloc(10)
  ids.writeUInt32BE(stream, 0)
  return controlFrame(type.open, Buffer.concat([ids, headerBlock(headers, first)]), last ? FIN : 0)
}

export function resetFrame(stream: number): Buffer {
  return controlFrame(type.reset, words(stream, CANCEL))
}

export function pingFrame(id: number): Buffer {
  return controlFrame(type.ping, words(id))
}

/** What stands before the bytes of a data frame. */
export function dataHeader(stream: number, length: number, { last }: { last: boolean }): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeUInt32BE(stream, 0)
  header.writeUInt8(last ? FIN : 0, 4)
  header.writeUIntBE(length, 5, 3)
  return header
}

function controlFrame(kind: number, body: Buffer, flags = 0): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeUInt16BE(0x80_03, 0)
  header.writeUInt16BE(kind, 2)
  header.writeUInt8(flags, 4)
  header.writeUIntBE(body.length, 5, 3)
  return Buffer.concat([header, body])
}

/**
 * One zlib stream runs through all header blocks of a connection. A stored block needs neither state nor dictionary, and
 * after an empty one a reader hands out what it has.
 */
function headerBlock(headers: Readonly<Record<string, string>>, first: boolean): Buffer {
  const pairs = Object.entries(headers)
  const strings = pairs.flat().map(text => Buffer.from(text))
  const plain = Buffer.concat([
    words(pairs.length),
    ...strings.flatMap(bytes => [words(bytes.length), bytes]),
  ])
  const stored = Buffer.alloc(5)
  stored.writeUInt16LE(plain.length, 1)
  stored.writeUInt16LE(plain.length ^ 0xff_ff, 3)
  return Buffer.concat([first ? ZLIB_HEADER : Buffer.alloc(0), stored, plain, FLUSH])
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => void bytes.writeUInt32BE(value >>> 0, index * 4))
  return bytes
}
