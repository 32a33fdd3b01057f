import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { buildId } from '../base/build-id.ts'
import { interrupted } from '../base/errors.ts'
import { type ProjectHome, projectHome } from '../base/project-home.ts'
import { withLock } from '../exec/lock.ts'
import type { OperationName } from '../protocol/messages.ts'
import { answerRequests } from './answer-requests.ts'
import { openSession, type Session } from './session/session.ts'

const IDLE_MS = 8 * 60 * 60_000

/** Runs that go on without the client that asked for them. */
const outlivesItsClient: ReadonlySet<OperationName> = new Set(['up', 'build'])

/** The one daemon of a project. Ends at once where another one serves it already. */
export async function serveProject(folder: string): Promise<void> {
  const home = await projectHome(folder)
  const second = new AbortController()
  try {
    await withLock(
      home.lock,
      { purpose: `serving ${folder}`, signal: second.signal, onWait: () => second.abort() },
      () => listen(home),
    )
  } catch (error) {
    if (!second.signal.aborted) throw error
  }
}

async function listen(home: ProjectHome): Promise<void> {
  const build = await buildId(process.argv[1] ?? '')
  const retired = new AbortController()
  await using session = openSession(home)
  const idle = idleTimer(() => retired.abort())
  const open = new Set<Socket>()
  const server = createServer(socket => {
    open.add(socket)
    idle.pause()
    socket.once('close', () => {
      open.delete(socket)
      if (open.size === 0) idle.restart()
    })
    serve(socket, { session, build, retire: () => retired.abort() })
  })
  // Whoever held the lock is dead, so nobody listens there.
  await mkdir(dirname(home.socket), { recursive: true, mode: 0o700 })
  await rm(home.socket, { force: true })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(home.socket, resolve))
  await chmod(home.socket, 0o600)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => retired.abort())
  await new Promise<void>(resolve =>
    retired.signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  server.close()
  await session.end()
  await rm(home.socket, { force: true })
  for (const socket of open) socket.end()
}

function serve(
  socket: Socket,
  { session, build, retire }: { session: Session; build: string; retire: () => void },
): void {
  const cancel = new AbortController()
  socket.on('error', () => {})
  answerRequests({
    input: socket,
    write: line => void (socket.writable && socket.write(line)),
    cancel,
    session,
    retire,
    closed: request => {
      if (!request || !outlivesItsClient.has(request.operation)) cancel.abort(interrupted())
    },
    isForAnother: request => request.build !== undefined && request.build !== build,
  })
    .catch((error: unknown) => console.error(error))
    .finally(() => socket.end())
}

function idleTimer(end: () => void): { pause: () => void; restart: () => void } {
  let timer = setTimeout(end, IDLE_MS)
  return {
    pause: () => clearTimeout(timer),
    restart: () => {
      clearTimeout(timer)
      timer = setTimeout(end, IDLE_MS)
    },
  }
}
