import { duplexPair } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { spdyConnection } from '../../../src/kube/spdy/connection.ts'
import { dataHeader, type Frame, frameReader, pingFrame, resetFrame } from '../../../src/kube/spdy/frames.ts'

const AWAY = Buffer.from('8003000700000008 00000000 00000000'.replaceAll(' ', ''), 'hex')

/** A connection, and what is at its other end. */
function connected() {
  const [socket, far] = duplexPair()
  const heard: Frame[] = []
  const read = frameReader()
  far.on('error', () => {}).on('data', (chunk: Buffer) => heard.push(...read(chunk)))
  const said = () => Buffer.concat(heard.flatMap(frame => (frame.is === 'data' ? [frame.bytes] : [])))
  return { socket, far, heard, said, connection: spdyConnection(socket) }
}

it('closes its socket although the other side said that it goes, and no stream was left', async () => {
  const { socket, far, connection } = connected()
  far.write(AWAY)
  await expect.poll(() => connection.isOver).toBe(true)
  expect(socket.destroyed).toBe(false)
  connection.close()
  expect(socket.destroyed).toBe(true)
})

it('lets the streams that are open end when the other side goes', async () => {
  const { far, said, connection } = connected()
  const stream = connection.open({})
  far.write(AWAY)
  await expect.poll(() => connection.isOver).toBe(true)
  stream.write('still said')
  await expect.poll(() => String(said())).toBe('still said')
})

it('says what is written at once in one go, the same bytes twice and none at all among them', async () => {
  const { heard, said, connection } = connected()
  const stream = connection.open({})
  const failures: Error[] = []
  stream.on('error', error => failures.push(error))
  const same = Buffer.from('again ')
  stream.cork()
  for (const part of [same, Buffer.from('and '), same, Buffer.alloc(0)]) stream.write(part)
  stream.uncork()
  await new Promise(resolve => stream.write(Buffer.alloc(0), resolve))
  stream.end('over')
  await expect.poll(() => heard.at(-1)).toMatchObject({ is: 'data', last: true })
  expect(String(said())).toBe('again and again over')
  expect(failures).toEqual([])
})

it('cuts what is longer than a frame can say', async () => {
  const { said, connection } = connected()
  const stream = connection.open({})
  const long = Buffer.alloc(0xff_ff_ff + 10, 'x')
  await new Promise(resolve => stream.write(long, resolve))
  await expect.poll(() => said().length).toBe(long.length)
})

it('ends all streams with the connection, and says why', async () => {
  const { far, connection } = connected()
  const stream = connection.open({})
  const reading = buffer(stream)
  far.end()
  await expect(reading).rejects.toThrow('the Kubernetes API ended the connection')
  expect(connection.isOver).toBe(true)
})

it('has what was said read to its end where that is asked, although the other side cuts the stream', async () => {
  const { far, connection } = connected()
  const stream = connection.open({}, { cutIsEnd: true })
  const cut = connection.open({})
  const failed = new Promise(resolve => cut.once('error', resolve))
  far.write(
    Buffer.concat([dataHeader(1, 4, { last: false }), Buffer.from('said'), resetFrame(1), resetFrame(3)]),
  )
  await failed
  expect(String(await buffer(stream))).toBe('said')
})

it('is caught up once the other side has read what was written, or is gone', async () => {
  const { far, heard, connection } = connected()
  let is = false
  const caughtUp = connection.caughtUp().then(() => {
    is = true
  })
  await expect.poll(() => heard.at(-1)).toMatchObject({ is: 'ping' })
  expect(is).toBe(false)
  const ping = heard.at(-1)
  far.write(pingFrame(ping?.is === 'ping' ? ping.id : 0))
  await caughtUp
  const never = connection.caughtUp()
  connection.close()
  await never
})
