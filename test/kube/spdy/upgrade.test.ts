import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, expect, it } from 'vitest'
import { upgrade } from '../../../src/kube/spdy/upgrade.ts'
import { configOf } from '../support/fake-api.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const AGREED = 'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\n\r\nfirst'

/** An API server that agrees to each upgrade and says all back then, or does this with it. */
async function apiServer(onUpgrade?: (socket: Duplex) => void) {
  const asked: string[] = []
  const server = createServer().on('upgrade', (request, socket) => {
    asked.push(String(request.url), String(request.headers['x-stream-protocol-version']))
    socket.on('error', () => {})
    closing.push(() => socket.destroy())
    if (onUpgrade) return onUpgrade(socket)
    socket.write(AGREED)
    socket.on('data', data => socket.write(data))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  const { port } = server.address() as AddressInfo
  return { config: configOf(`http://127.0.0.1:${port}/`), asked }
}

const request = { path: '/api/v1/pods/one/portforward', protocol: 'portforward.k8s.io', patienceMs: 100 }

it('hands over the connection with what was said on it already', async () => {
  const { config, asked } = await apiServer()
  const socket = await upgrade(config, { ...request, signal: new AbortController().signal })
  expect(asked).toEqual(['/api/v1/pods/one/portforward', 'portforward.k8s.io'])
  expect(String((await once(socket, 'data'))[0])).toBe('first')
  socket.destroy()
})

it('leaves the connection alone once it is there, whatever becomes of the limit and of who asked', async () => {
  const { config } = await apiServer()
  const asking = new AbortController()
  const socket = await upgrade(config, { ...request, signal: asking.signal })
  await once(socket, 'data')
  await new Promise(resolve => setTimeout(resolve, 200))
  asking.abort()
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(socket.destroyed).toBe(false)
  socket.write('later')
  expect(String((await once(socket, 'data'))[0])).toBe('later')
  socket.destroy()
})

it('gives up when its limit is over, and when nobody asks any more', async () => {
  const { config } = await apiServer(() => {})
  await expect(upgrade(config, { ...request, signal: new AbortController().signal })).rejects.toThrow(
    'timeout',
  )
  const asking = new AbortController()
  const asked = upgrade(config, { ...request, patienceMs: 5_000, signal: asking.signal })
  asking.abort(new Error('nobody asks'))
  await expect(asked).rejects.toThrow('nobody asks')
})

it('says what the API server answered instead', async () => {
  const { config } = await apiServer(socket => socket.end('HTTP/1.1 404 Not Found\r\n\r\nno such pod'))
  await expect(upgrade(config, { ...request, signal: new AbortController().signal })).rejects.toMatchObject({
    status: 404,
  })
})
