import { once } from 'node:events'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { flushCompileCache } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { buildId } from '../base/build-id.ts'
import { interrupted } from '../base/errors.ts'
import { type ProjectHome, projectHome } from '../base/project-home.ts'
import { aborted, sleep } from '../base/time.ts'
import { withLock } from '../exec/lock.ts'
import type { OperationName, Request } from '../protocol/messages.ts'
import { answerRequests } from './answer-requests.ts'
import { sameEnvironment } from './same-environment.ts'
import { resume } from './session/resume.ts'
import { openSession, type Session } from './session/session.ts'
import { develop } from './sync/develop.ts'
import { whenIdle } from './when-idle.ts'

const IDLE_MS = 8 * 60 * 60_000
const LAST_WORDS_MS = 1_000
const REST_MS = 300
const LONG_REST_MS = 10_000

/** What brings nothing about may be answered by a daemon that stands in another environment. */
const onlyLooks: ReadonlySet<OperationName> = new Set([
  ...(['status', 'config', 'logs', 'forward', 'exec', 'shell', 'activity', 'sync'] as const),
])

/** Runs that go on without the client that asked for them. */
const outlivesItsClient: ReadonlySet<OperationName> = new Set(['up', 'build'])

/** The one daemon of a project. Ends at once where another one serves it already. */
export async function serveProject(folder: string): Promise<void> {
  const home = projectHome(folder)
  const second = new AbortController()
  const open = new Set<Socket>()
  try {
    await withLock(
      home.lock,
      { purpose: `serving ${folder}`, signal: second.signal, onWait: () => second.abort() },
      () => listen(home, open),
    )
  } catch (error) {
    if (!second.signal.aborted) throw error
  }
  // A client takes the end of its connection for the sign that a successor may begin: nothing is held by now.
  await endAll(open)
}

async function endAll(sockets: ReadonlySet<Socket>): Promise<void> {
  const closing = [...sockets].map(socket => once(socket.end(), 'close').catch(() => {}))
  await Promise.race([Promise.all(closing), sleep(LAST_WORDS_MS)])
}

async function listen(home: ProjectHome, open: Set<Socket>): Promise<void> {
  const build = buildId(process.argv[1] ?? '')
  const retired = new AbortController()
  const idle = whenIdle([
    // Compiled as its code is by now, the next daemon starts in two thirds of the time, however this one ends.
    { afterMs: REST_MS, act: flushCompileCache },
    { afterMs: LONG_REST_MS, act: giveMemoryBack },
    { afterMs: IDLE_MS, act: () => retired.abort() },
  ])
  await using session = openSession(home, { onActivity: () => open.size === 0 && idle.restart() })
  await using _developing = develop(session)
  const server = createServer(socket => {
    open.add(socket)
    idle.pause()
    socket.once('close', () => {
      open.delete(socket)
      if (open.size === 0) idle.restart()
    })
    serve(socket, { session, build, retired: retired.signal, retire: () => retired.abort() })
  })
  // Whoever held the lock is dead, so nobody listens there.
  await mkdir(dirname(home.socket), { recursive: true, mode: 0o700 })
  await rm(home.socket, { force: true })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(home.socket, resolve))
  await chmod(home.socket, 0o600)
  resume(session, retired.signal).catch((error: unknown) => console.error(error))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => retired.abort())
  await aborted(retired.signal)
  server.close()
  await session.end()
  await rm(home.socket, { force: true })
}

function serve(
  socket: Socket,
  {
    session,
    build,
    retired,
    retire,
  }: { session: Session; build: string; retired: AbortSignal; retire: () => void },
): void {
  const cancel = new AbortController()
  socket.on('error', () => {})
  answerRequests({
    input: socket,
    output: socket,
    cancel,
    session,
    retire,
    closed: request => {
      if (!request || !outlivesItsClient.has(request.operation)) cancel.abort(interrupted())
    },
    isForAnother: request => retired.aborted || !isMine(request, build),
  })
    .catch((error: unknown) => console.error(error))
    .finally(() => {
      // Of a daemon that retires the connections end last.
      if (!retired.aborted) socket.end()
    })
}

/** Of the same build, and in an environment where it does what a new daemon would. */
function isMine({ operation, build, env }: Request, mine: string): boolean {
  if (build !== undefined && build !== mine) return false
  return onlyLooks.has(operation) || env === undefined || sameEnvironment(env, process.env)
}

/** V8 keeps what it once took, which is twice what a daemon at rest needs. It collects on demand where it is told to. */
function giveMemoryBack(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
