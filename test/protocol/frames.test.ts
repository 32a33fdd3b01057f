import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Channel, type Frame, frameHeader, frameReader } from '../../src/protocol/frames.ts'

const frame = (channel: Channel, bytes: Buffer) => Buffer.concat([frameHeader(channel, bytes.length), bytes])

/** What is read where the bytes arrive in pieces of these sizes. */
function readIn(bytes: Buffer, sizes: readonly number[]): Frame[] {
  const read = frameReader()
  const frames: Frame[] = []
  let at = 0
  for (const size of [...sizes, bytes.length]) {
    frames.push(...read(bytes.subarray(at, at + size)))
    at += size
  }
  return frames
}

/** What is said on a channel after the other, whatever parts it came in. */
function said(frames: readonly Frame[]): [Channel, string][] {
  const all: [Channel, string][] = []
  for (const { channel, bytes } of frames) {
    const last = all.at(-1)
    if (last?.[0] === channel && channel !== 'message') last[1] += bytes.toString('latin1')
    else all.push([channel, bytes.toString('latin1')])
  }
  return all
}

it('reads the same however the bytes are cut, and messages whole', () => {
  const channels = fc.constantFrom<Channel>('message', 'stdin', 'stdout', 'stderr')
  const frames = fc.array(fc.tuple(channels, fc.uint8Array({ maxLength: 40 })), { maxLength: 8 })
  fc.assert(
    fc.property(frames, fc.array(fc.nat(12)), (given, sizes) => {
      const bytes = Buffer.concat(given.map(([channel, data]) => frame(channel, Buffer.from(data))))
      expect(said(readIn(bytes, sizes))).toEqual(said(readIn(bytes, [])))
      const messages = readIn(bytes, sizes).filter(({ channel }) => channel === 'message')
      const expected = given.flatMap(([channel, data]) =>
        channel === 'message' ? [Buffer.from(data).toString('latin1')] : [],
      )
      expect(messages.map(({ bytes }) => bytes.toString('latin1'))).toEqual(expected)
    }),
  )
})

it('hands on what has arrived of a long frame, and waits for none of it', () => {
  const read = frameReader()
  const bytes = frame('stdout', Buffer.alloc(1_000, 'x'))
  const first = [...read(bytes.subarray(0, 105))]
  expect(first.map(({ channel, bytes }) => [channel, bytes.length])).toEqual([['stdout', 100]])
  expect([...read(bytes.subarray(105))].map(({ bytes }) => bytes.length)).toEqual([900])
})

it('refuses what is no frame of ours', () => {
  expect(() => [...frameReader()(Buffer.from('{"type":"cancel"}\n'))]).toThrow('no channel')
  expect(() => [...frameReader()(frameHeader('message', 1 << 30))]).toThrow('a message of')
})
