import type { Writable } from 'node:stream'

/** What both sides speak once bytes flow: a channel, a length of four bytes, and that many bytes. */
const channels = ['message', 'stdin', 'stdout', 'stderr'] as const

export type Channel = (typeof channels)[number]

/** A message is always whole; of the other channels it is as much as has arrived. */
export interface Frame {
  channel: Channel
  bytes: Buffer
}

const HEADER = 5
/** A message is a line of JSON: whatever says more than this speaks something else. */
const MOST_MESSAGE_BYTES = 1 << 20

/** Reads frames out of what arrives, however it is cut. Throws where it is none of ours. */
export function frameReader(): (chunk: Buffer) => Generator<Frame> {
  let header = Buffer.alloc(0)
  let left = 0
  let message: Buffer[] = []
  return function* read(chunk) {
    let rest = chunk
    while (rest.length > 0) {
      if (header.length < HEADER) {
        const taken = rest.subarray(0, HEADER - header.length)
        header = Buffer.concat([header, taken])
        rest = rest.subarray(taken.length)
        if (header.length < HEADER) return
        left = lengthOf(header)
      }
      const channel = channelOf(header)
      const body = rest.subarray(0, left)
      rest = rest.subarray(body.length)
      left -= body.length
      if (channel === 'message') message.push(body)
      else if (body.length > 0) yield { channel, bytes: body }
      if (left > 0) return
      header = Buffer.alloc(0)
      if (channel !== 'message') continue
      yield { channel, bytes: Buffer.concat(message) }
      message = []
    }
  }
}

/** Writes one frame; false where the stream has no room for more. */
export function writeFrame(stream: Writable, channel: Channel, bytes: Buffer): boolean {
  stream.cork()
  stream.write(frameHeader(channel, bytes.length))
  const room = stream.write(bytes)
  stream.uncork()
  return room
}

/** What stands before so many bytes. */
export function frameHeader(channel: Channel, length: number): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeUInt8(channels.indexOf(channel), 0)
  header.writeUInt32BE(length, 1)
  return header
}

function channelOf(header: Buffer): Channel {
  const channel = channels[header.readUInt8(0)]
  if (!channel) throw new TypeError(`there is no channel ${header.readUInt8(0)}`)
  return channel
}

function lengthOf(header: Buffer): number {
  const length = header.readUInt32BE(1)
  if (channelOf(header) === 'message' && length > MOST_MESSAGE_BYTES)
    throw new TypeError(`a message of ${length} bytes`)
  return length
}
