import type { Readable } from 'node:stream'
import { DevkError, interrupted } from '../../base/errors.ts'
import { sleep } from '../../base/time.ts'
import { execInPod, type PodProcess } from '../../kube/exec/exec.ts'
import type { Outcome } from '../../kube/exec/outcome.ts'
import { isRefusal } from '../../kube/refusal.ts'
import type { ExecOutput } from '../../protocol/operations.ts'
import type { PassedSignal, TerminalSize } from '../../protocol/terminal.ts'
import type { ClientTerminal } from '../client-terminal.ts'
import type { OperationContext } from '../operations/operation.ts'
import { exitCodeOf } from './exit-code-of.ts'
import type { PlaceInPod } from './find-place.ts'
import { type RemoteProcess, remoteProcess } from './remote-process.ts'
import { whatBefell } from './what-befell.ts'

export interface CommandInPod {
  command: readonly string[]
  terminal?: TerminalSize | undefined
}

/**
 * Runs a command in a container, its stdin, stdout, stderr and signals the client's. A client that goes hangs up on it.
 * Throws what `exitCodeOf` throws, and INTERRUPTED where a signal can't be passed on.
 */
export async function runInPod(
  place: PlaceInPod,
  { command, terminal }: CommandInPod,
  context: Pick<OperationContext, 'signal' | 'openTerminal'>,
): Promise<ExecOutput> {
  const { access, pod, container, others } = place
  const { name } = pod.metadata
  const signal = AbortSignal.any([context.signal, place.ending])
  const remote = remoteProcess(place, command, Date.now())
  const asked = { namespace: access.live.namespace, pod: name, container, command, terminal: !!terminal }
  using running = await execInPod(access.api, asked, signal).catch(async (error: unknown) => {
    throw isRefusal(error) ? ((await whatBefell(place, signal)) ?? error) : error
  })
  if (terminal) running.resize(terminal)
  const client = context.openTerminal({ pod: name, container, others })
  const stopped = Promise.withResolvers<never>()
  const stdin = followClient(client, running, passed => {
    passOn(passed, remote, running).catch((error: DevkError) => {
      client.tell({ type: 'note', message: error.message })
      stopped.reject(interrupted())
    })
  })
  const stop = () => stopped.reject(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const outcome = await Promise.race([endOf(running, client, remote, stdin), stopped.promise])
    return { exitCode: await exitCodeOf(outcome, place, command, signal) }
  } finally {
    signal.removeEventListener('abort', stop)
    // Kubernetes tells a command nothing of a client that is gone.
    if (signal.aborted) await remote.signal('SIGHUP')
  }
}

/** Answers how much of stdin has come. */
function followClient(
  client: ClientTerminal,
  { stdin, resize }: PodProcess,
  onSignal: (signal: PassedSignal) => void,
): { bytes: number } {
  const count = { bytes: 0 }
  client.follow({
    stdin(bytes, taken) {
      count.bytes += bytes.length
      if (stdin.writable) stdin.write(bytes, taken)
      else taken()
    },
    said(message) {
      if (message.type === 'end') stdin.end()
      if (message.type === 'size') resize(message.size)
      if (message.type === 'signal') onSignal(message.signal)
    },
  })
  return count
}

const TRIES = 5
const REST_MS = 300

/** Throws where there is no way, or nobody there in the end. */
async function passOn(signal: PassedSignal, remote: RemoteProcess, running: PodProcess): Promise<void> {
  let ended = false
  void running.ended.then(() => {
    ended = true
  })
  for (let tries = 0; remote.isReachable && tries < TRIES; tries++) {
    // It may be about to begin, or just have ended.
    if (ended || (await remote.signal(signal))) return
    await sleep(REST_MS)
  }
  if (ended) return
  throw new DevkError({
    code: 'SIGNAL_LOST',
    message: `Kubernetes passes no ${signal} on: the connection was closed, and the command may run on in its pod.`,
  })
}

/** What a pipe holds: a command that has left more unread may have ended without being able to tell. */
const PIPE_BYTES = 1 << 16
const SHORTEST_REST_MS = 500
const LONGEST_REST_MS = 8_000

async function endOf(
  { stdout, stderr, ended }: PodProcess,
  client: ClientTerminal,
  remote: RemoteProcess,
  stdin: { bytes: number },
): Promise<Outcome> {
  await Promise.all([copy(stdout, 'stdout', client), stderr && copy(stderr, 'stderr', client)])
  const over = new AbortController()
  try {
    for (let rest = SHORTEST_REST_MS; ; rest = Math.min(rest * 2, LONGEST_REST_MS)) {
      const outcome = await Promise.race([ended, sleep(rest, over.signal)])
      if (outcome) return outcome
      if (stdin.bytes <= PIPE_BYTES) continue
      if (remote.isReachable) await remote.release()
      else if (rest === LONGEST_REST_MS) return { is: 'cut' }
    }
  } finally {
    over.abort()
  }
}

async function copy(from: Readable, to: 'stdout' | 'stderr', client: ClientTerminal): Promise<void> {
  for await (const bytes of from) await client.write(to, bytes as Buffer)
}
