import { constants, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  dataHeader,
  type Frame,
  frameReader,
  openFrame,
  pingFrame,
  resetFrame,
} from '../../../src/kube/spdy/frames.ts'

/** What is read of these bytes where they arrive in pieces of these sizes. */
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

/** Data as one says it, whatever pieces it came in. */
function whole(frames: readonly Frame[]): unknown[] {
  const said = new Map<number, { text: string; ended: boolean }>()
  const others: unknown[] = []
  for (const frame of frames) {
    if (frame.is !== 'data') {
      others.push(frame)
      continue
    }
    const before = said.get(frame.stream) ?? { text: '', ended: false }
    said.set(frame.stream, { text: before.text + String(frame.bytes), ended: frame.last })
  }
  return [...others, ...said]
}

it('reads the same however the bytes are cut', () => {
  const data = (stream: number, text: string, last: boolean) =>
    Buffer.concat([dataHeader(stream, text.length, { last }), Buffer.from(text)])
  const accepted = Buffer.from('80030002000000040000 0003'.replaceAll(' ', ''), 'hex')
  const bytes = Buffer.concat([
    ...[accepted, data(3, 'hello ', false), pingFrame(2), data(5, '', true), data(3, 'world', true)],
    resetFrame(7),
  ])
  const expected = [
    { is: 'accepted', stream: 3, last: false },
    { is: 'ping', id: 2 },
    { is: 'reset', stream: 7 },
    [3, { text: 'hello world', ended: true }],
    [5, { text: '', ended: true }],
  ]
  expect(whole(readIn(bytes, []))).toEqual(expected)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 }), sizes => {
      expect(whole(readIn(bytes, sizes))).toEqual(expected)
    }),
  )
})

it('writes headers that any zlib reads, one stream of it through a whole connection', () => {
  const blockOf = (frame: Buffer) => frame.subarray(18)
  const first = openFrame(1, { streamtype: 'error', port: '80' }, { first: true, last: true })
  const second = openFrame(3, { streamtype: 'data' }, { first: false, last: false })
  const plain = inflateSync(Buffer.concat([blockOf(first), blockOf(second)]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  })
  expect(stringsOf(plain)).toEqual([
    ['streamtype', 'error', 'port', '80'],
    ['streamtype', 'data'],
  ])
  expect([first.readUInt8(4), second.readUInt8(4)]).toEqual([1, 0])
})

function stringsOf(plain: Buffer): string[][] {
  const blocks: string[][] = []
  let at = 0
  const number = () => {
    at += 4
    return plain.readUInt32BE(at - 4)
  }
  while (at < plain.length) {
    blocks.push(
      Array.from({ length: number() * 2 }, () => {
        const length = number()
        at += length
        return plain.toString('utf8', at - length, at)
      }),
    )
  }
  return blocks
}
