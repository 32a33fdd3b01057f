import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { unanswering } from '../../src/resources/answering.ts'

const { signal } = new AbortController()
let server: Server | undefined
afterEach(() => void server?.close())

async function listen(take: (socket: Socket) => void): Promise<string> {
  const listening = createServer(socket => take(socket.on('error', () => {})))
  server = listening
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

it('waits as long as connections are closed at once, as by a node that knows no pod yet', async () => {
  let closed = 0
  const sent: string[] = []
  const url = await listen(socket => {
    socket.on('data', data => void sent.push(String(data)))
    if (closed === 3) return
    closed++
    socket.destroy()
  })
  expect(await unanswering([url], signal)).toEqual([])
  expect(closed).toBe(3)
  expect(sent).toEqual([])
})

it('takes a server that speaks and hangs up for one that answers', async () => {
  const url = await listen(socket => void socket.end('220 ready\r\n'))
  expect(await unanswering([url], signal)).toEqual([])
})

it('ends when it is told to', async () => {
  const cancel = new AbortController()
  const url = await listen(socket => {
    socket.destroy()
    cancel.abort(new Error('enough'))
  })
  await expect(unanswering([url], cancel.signal)).rejects.toThrow('enough')
})
