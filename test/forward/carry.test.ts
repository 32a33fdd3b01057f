import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { DevkError } from '../../src/base/errors.ts'
import { ephemeralPort } from '../../src/base/ports.ts'
import { carry } from '../../src/forward/carry.ts'
import { type Forwards, openForwards } from '../../src/forward/forwards.ts'
import type { Target, Targets } from '../../src/forward/target.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A server inside of the cluster: reached as through a node. */
async function pod(name: string, onConnection: (socket: Socket) => void): Promise<Target> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  const port = await ephemeralPort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    name,
    dial: async () => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      await once(socket, 'connect')
      return socket
    },
  }
}

/** Answers with its name and with all that it was told, once it was told all. */
const echo = (name: string) =>
  pod(name, socket => void text(socket).then(said => socket.end(`${name}: ${said}`)))

interface Pods extends Targets {
  set(...ready: Target[]): void
}

function pods(...first: Target[]): Pods {
  let ready = first
  let changed = Promise.withResolvers<void>()
  return {
    ready: () => ready,
    changed: signal =>
      Promise.race([
        changed.promise,
        new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]),
    set(...next) {
      ready = next
      changed.resolve()
      changed = Promise.withResolvers()
    },
  }
}

async function forwarding(
  targets: Targets,
  patienceMs = 20_000,
): Promise<{ port: number; forwards: Forwards }> {
  const forwards = openForwards({ patienceMs })
  closing.push(() => forwards[Symbol.asyncDispose]())
  const forward = { address: '127.0.0.1', local: await ephemeralPort(), port: 80, auto: false }
  return { port: await forwards.open('api', forward, targets), forwards }
}

function client(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  closing.push(() => socket.destroy())
  return socket
}

/** A client's connection as whoever listens has it. */
async function accepted(): Promise<Socket> {
  const server = createServer({ allowHalfOpen: true })
  closing.push(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client((server.address() as AddressInfo).port)
  const [local] = (await once(server, 'connection')) as [Socket]
  return local
}

const carrying = {
  patienceMs: 20_000,
  signal: new AbortController().signal,
  choose: (ready: readonly Target[]) => ready[0],
  onTaken: () => () => {},
}

async function ask(port: number, words: string): Promise<string> {
  const socket = client(port)
  socket.end(words)
  return await text(socket)
}

it('carries both ways, and each side may say its last word first', async () => {
  const greeting = await pod('greeter', socket => {
    socket.end('hello')
    void text(socket).then(said => (heard = said))
  })
  let heard = ''
  const { port } = await forwarding(pods(greeting))
  const socket = client(port)
  expect(await text(socket)).toBe('hello')
  socket.end('a late answer')
  await expect.poll(() => heard).toBe('a late answer')
  expect(await ask((await forwarding(pods(await echo('a')))).port, 'all of it')).toBe('a: all of it')
})

it('holds a connection while nobody is ready, and carries all that was said meanwhile', async () => {
  const targets = pods()
  const { port, forwards } = await forwarding(targets)
  const answer = ask(port, 'early')
  await expect.poll(() => forwards.of('api')[0]?.held).toBe(1)
  targets.set(await echo('a'))
  expect(await answer).toBe('a: early')
})

it('says again to the next one what the first did not take', async () => {
  const refusing: Target = {
    name: 'going',
    dial: async () => {
      const far = new Duplex({ read() {}, write: (_, __, done) => done() })
      setTimeout(() => far.destroy(new DevkError({ code: 'NOT_TAKEN', message: 'connection refused' })), 30)
      return far
    },
  }
  const unreachable: Target = { name: 'gone', dial: async () => Promise.reject(new Error('refused')) }
  const { port } = await forwarding(pods(refusing, unreachable, await echo('a')))
  expect(await ask(port, 'said once')).toBe('a: said once')
})

it('hangs nothing more on a connection however often nobody takes it', async () => {
  const local = await accepted()
  const listeners: number[] = []
  const refusing: Target = {
    name: 'going',
    dial: async () => {
      listeners.push(local.listenerCount('close'))
      const far = new Duplex({ read() {}, write: (_, __, done) => done() })
      setImmediate(() => far.destroy(new DevkError({ code: 'NOT_TAKEN', message: 'connection refused' })))
      return far
    },
  }
  const over = carry(local, pods(refusing), carrying)
  await expect.poll(() => listeners.length, { timeout: 5_000 }).toBe(4)
  expect(new Set(listeners).size).toBe(1)
  local.destroy()
  expect(await over).toBe(true)
})

it('closes at once what it has dialled for a client that is gone by then', async () => {
  const local = await accepted()
  const far = new Duplex({ read() {}, write: (_, __, done) => done() })
  const dialled = Promise.withResolvers<Duplex>()
  let asked = 0
  const slow: Target = {
    name: 'slow',
    dial: async () => {
      asked++
      return await dialled.promise
    },
  }
  const over = carry(local, pods(slow), carrying)
  await expect.poll(() => asked).toBe(1)
  local.destroy()
  await once(local, 'close')
  dialled.resolve(far)
  expect(await over).toBe(true)
  expect(far.destroyed).toBe(true)
})

it('does not say anything twice to one who heard it and then broke', async () => {
  const heard: string[] = []
  const breaking = await pod('breaking', socket =>
    socket.once('data', data => {
      heard.push(String(data))
      socket.resetAndDestroy()
    }),
  )
  const { port } = await forwarding(pods(breaking, await echo('a')))
  const socket = client(port)
  socket.write('pay')
  await expect(once(socket, 'close').then(() => text(socket))).rejects.toThrow()
  expect(heard).toEqual(['pay'])
})

it('asks again what only asks and was cut before an answer, and not for ever', async () => {
  const asked: string[] = []
  const crashing = await pod('crashing', socket =>
    socket.once('data', data => {
      asked.push(String(data).slice(0, 5))
      if (asked.length % 2) socket.resetAndDestroy()
      else socket.end()
    }),
  )
  const { port } = await forwarding(pods(crashing, await echo('a')))
  expect(await ask(port, 'GET / HTTP/1.1\r\n\r\n')).toBe('a: GET / HTTP/1.1\r\n\r\n')
  const alone = await forwarding(pods(crashing))
  await ask(alone.port, 'GET /never HTTP/1.1\r\n\r\n').catch(() => {})
  expect(asked).toHaveLength(5)
  await ask(port, 'POST / HTTP/1.1\r\n\r\n').catch(() => {})
  expect(asked.length).toBeLessThanOrEqual(6)
})

it('goes to the next one where the first closed before anything was said', async () => {
  let closed = 0
  const going = await pod('going', socket => {
    closed++
    socket.end()
  })
  const { port, forwards } = await forwarding(pods(going, await echo('a')))
  const socket = client(port)
  await expect.poll(() => closed).toBe(1)
  await expect.poll(() => forwards.of('api')[0]?.open).toEqual([{ target: 'a', connections: 1 }])
  socket.end('late')
  expect(await text(socket)).toBe('a: late')
})

it('closes with a reset what nobody takes in time, and counts it', async () => {
  const { port, forwards } = await forwarding(pods(), 150)
  const socket = client(port)
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
  await expect.poll(() => forwards.of('api')[0]?.refused).toBe(1)
})

it('lets a client go that does not wait, and calls that no refusal', async () => {
  const targets = pods()
  const { port, forwards } = await forwarding(targets)
  const socket = client(port)
  await once(socket, 'connect')
  await expect.poll(() => forwards.of('api')[0]?.held).toBe(1)
  socket.resetAndDestroy()
  await expect.poll(() => forwards.of('api')[0]?.held).toBe(0)
  expect(forwards.of('api')[0]?.refused).toBe(0)
})

it('spreads connections over the replicas', async () => {
  const { port } = await forwarding(pods(await echo('a'), await echo('b'), await echo('c')))
  const answers = await Promise.all(Array.from({ length: 9 }, () => ask(port, '')))
  expect(answers.toSorted().join('')).toBe(`${'a: '.repeat(3)}${'b: '.repeat(3)}${'c: '.repeat(3)}`)
})

it('loses no byte of a large transfer to a reader that is slow to begin', async () => {
  const size = 50 * 1024 * 1024
  const source = await pod('source', socket => void socket.end(Buffer.alloc(size, 'x')))
  const { port } = await forwarding(pods(source))
  const socket = client(port)
  await new Promise(resolve => setTimeout(resolve, 300))
  let received = 0
  for await (const chunk of socket) received += (chunk as Buffer).length
  expect(received).toBe(size)
})

it('goes on with open connections while other pods come and go, and for other forwards', async () => {
  const talking = await pod('talking', socket => socket.on('data', data => socket.write(data)))
  const targets = pods(talking)
  const { port, forwards } = await forwarding(targets)
  const socket = client(port)
  socket.write('one')
  expect(String((await once(socket, 'data'))[0])).toBe('one')
  targets.set(await echo('new'))
  await forwards.keepOnly('other', [])
  socket.write('two')
  expect(String((await once(socket, 'data'))[0])).toBe('two')
  expect(forwards.of('api')[0]?.open).toEqual([{ target: 'talking', connections: 1 }])
})

it('names the owner of a port that is taken, and takes the next free one only where that is said', async () => {
  const taken = createServer()
  const local = await ephemeralPort()
  await new Promise<void>(resolve => taken.listen(local, '127.0.0.1', resolve))
  closing.push(() => taken.close())
  const forwards = openForwards()
  closing.push(() => forwards[Symbol.asyncDispose]())
  const forward = { address: '127.0.0.1', local, port: 80, auto: false }
  await expect(forwards.open('api', forward, pods())).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringMatching(`Port ${local}, which leads to api, is taken by .*process ${process.pid}`),
  })
  expect(await forwards.open('api', { ...forward, auto: true }, pods())).toBeGreaterThan(local)
})
