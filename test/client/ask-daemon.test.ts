import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ProjectHome } from '../../src/base/project-home.ts'
import { askDaemon, connectDaemon, retireDaemon } from '../../src/client/ask-daemon.ts'
import { encodeLine } from '../../src/protocol/lines.ts'

let folder: string
let server: Server | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(async () => {
  server?.close()
  await rm(folder, { recursive: true })
})

const home = () => ({ folder, socket: join(folder, 's'), log: 'log' }) as ProjectHome

async function serve(answer: (socket: Socket, line: string) => void): Promise<void> {
  server = createServer(
    socket => void socket.on('error', () => {}).on('data', line => answer(socket, String(line))),
  )
  await new Promise<void>(resolve => server?.listen(home().socket, resolve))
}

async function ask(kill = new AbortController(), cancel = new AbortController()) {
  const socket = await connectDaemon(home())
  if (!socket) throw new Error('nobody listens')
  const request = { operation: 'status' as const, folder, input: {} }
  return askDaemon(socket, request, { onProgress: () => {}, cancel: cancel.signal, kill: kill.signal })
}

it('finds no daemon where nobody listens, and asks none to end', async () => {
  expect(await connectDaemon(home())).toBeUndefined()
  expect(await retireDaemon(home())).toBe(false)
})

it('sends nothing to a socket that stands where others could have put it', async () => {
  await serve(socket => void socket.write(`${encodeLine({ type: 'result', value: 7 })}\n`))
  await chmod(folder, 0o755)
  await expect(ask()).rejects.toMatchObject({
    code: 'RUNTIME_FOLDER',
    hint: `Remove it, or: chmod 700 ${folder}`,
  })
})

it('brings the answer, or the error that was answered', async () => {
  await serve(socket => void socket.write(`${encodeLine({ type: 'result', value: 7 })}\n`))
  expect(await ask()).toEqual({ value: 7 })
  server?.close()
  await serve(
    socket => void socket.write(`${encodeLine({ type: 'error', error: { code: 'X', message: 'x' } })}\n`),
  )
  await expect(ask()).rejects.toMatchObject({ code: 'X' })
})

it('says that the daemon ended where it took the request up and ends without an answer', async () => {
  await serve(socket => socket.end(`${encodeLine({ type: 'taken' })}\n`))
  await expect(ask()).rejects.toMatchObject({ code: 'DAEMON_ENDED' })
})

it('tells of a request that was not taken up: it can be made again', async () => {
  await serve(socket => socket.destroy())
  expect(await ask()).toBe('untaken')
})

it('ends at once where it is told to, although the daemon goes on', async () => {
  const kill = new AbortController()
  await serve(() => kill.abort())
  await expect(ask(kill)).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

it('passes a cancel on', async () => {
  const cancel = new AbortController()
  await serve((socket, line) => {
    if (line.includes('"request"')) cancel.abort()
    if (line.includes('"cancel"')) socket.write(`${encodeLine({ type: 'result', value: 'cancelled' })}\n`)
  })
  expect(await ask(undefined, cancel)).toEqual({ value: 'cancelled' })
})

it('waits until a daemon that was asked to end has ended', async () => {
  let ended = false
  await serve((socket, line) => {
    expect(line).toContain('retire')
    setImmediate(() => {
      ended = true
      socket.end()
    })
  })
  expect(await retireDaemon(home())).toBe(true)
  expect(ended).toBe(true)
})
