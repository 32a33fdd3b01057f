import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { readLines } from '../../src/protocol/read-lines.ts'

it('reads lines however they are cut, characters of several bytes too', async () => {
  const stream = new PassThrough()
  const bytes = Buffer.from('één\nzwei\n\nlast')
  for (const byte of bytes) stream.write(Buffer.from([byte]))
  stream.end()
  const lines: string[] = []
  for await (const line of readLines(stream)) lines.push(line)
  expect(lines).toEqual(['één', 'zwei', ''])
})

it('leaves what comes after the last line that was read in the stream', async () => {
  const stream = new PassThrough()
  stream.write('one\ntwo\nthree, and ')
  for await (const line of readLines(stream)) if (line === 'two') break
  stream.end('what follows')
  expect(String(await buffer(stream))).toBe('three, and what follows')
})

it('ends where the stream is cut', async () => {
  const stream = new PassThrough()
  stream.write('one\n')
  const lines: string[] = []
  for await (const line of readLines(stream)) {
    lines.push(line)
    stream.destroy(new Error('cut'))
  }
  expect(lines).toEqual(['one'])
})
