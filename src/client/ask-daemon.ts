import { connect, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { DevkError, errorCode, interrupted } from '../base/errors.ts'
import type { ProjectHome } from '../base/project-home.ts'
import { encodeLine } from '../protocol/lines.ts'
import type { ClientMessage, OperationName, Request } from '../protocol/messages.ts'
import type { Operations } from '../protocol/operations.ts'
import { readLines } from '../protocol/read-lines.ts'
import type { Opening } from '../protocol/terminal.ts'
import { type Answered, readAnswer } from './answer.ts'
import type { PerformOptions } from './perform.ts'
import { isPrivateFolder } from './private-folder.ts'

/** A daemon that listens, or undefined where none does. Throws RUNTIME_FOLDER where it may be somebody else's. */
export async function connectDaemon(home: ProjectHome): Promise<Socket | undefined> {
  if (!isPrivateFolder(dirname(home.socket))) return undefined
  return await new Promise((resolve, reject) => {
    const socket = connect(home.socket)
    socket.once('connect', () => resolve(socket))
    socket.once('error', error => {
      if (['ENOENT', 'ECONNREFUSED'].includes(errorCode(error) ?? '')) resolve(undefined)
      else reject(unreachable(home, error))
    })
  })
}

/** What is done with the frames of an operation that brings some. Its owner closes the connection. */
export type Carry<Name extends OperationName> = (
  connection: Socket,
  opening: Opening,
) => Promise<Operations[Name]['output']>

/**
 * Has the daemon perform an operation; `retiring` where it is of another build and ends, `untaken` where it ended before
 * it did anything.
 */
export async function askDaemon<Name extends OperationName>(
  socket: Socket,
  request: Omit<Request<Name>, 'type'>,
  { onProgress, onItem, cancel, kill, carry }: AskOptions<Name>,
): Promise<{ value: Operations[Name]['output'] } | 'retiring' | 'untaken'> {
  const send = (message: ClientMessage) => void socket.write(`${encodeLine(message)}\n`)
  const passCancel = () => send({ type: 'cancel' })
  // Its end is seen by the lines' end.
  socket.on('error', () => {})
  cancel.addEventListener('abort', passCancel, { once: true })
  kill.addEventListener('abort', () => socket.destroy(), { once: true })
  try {
    send({ type: 'request', ...request })
    const answer: Answered = await readAnswer(readLines(socket), onProgress, onItem)
    if (carry && typeof answer === 'object' && 'opening' in answer) {
      cancel.removeEventListener('abort', passCancel)
      send({ type: 'streaming' })
      return { value: await carry(socket, answer.opening) }
    }
    // All is said with it; only of a daemon that retires the connection's end means something.
    if (answer !== 'retiring') socket.destroy()
    if (typeof answer === 'object') return answer as { value: Operations[Name]['output'] }
    if (kill.aborted) throw interrupted()
    if (answer === undefined) throw daemonEnded()
    return answer
  } finally {
    // The connection's end is seen only where somebody reads.
    socket.end().resume()
  }
}

export function daemonEnded(): DevkError {
  return new DevkError({
    code: 'DAEMON_ENDED',
    message: 'The project’s daemon ended before it answered.',
    hint: 'Run the same command again: what was done is on disk, and devk goes on from there.',
  })
}

type AskOptions<Name extends OperationName> = Pick<
  PerformOptions,
  'onProgress' | 'onItem' | 'cancel' | 'kill'
> & {
  carry?: Carry<Name> | undefined
}

/** Asks the daemon to end, and waits until it has: true where there was one. */
export async function retireDaemon(home: ProjectHome): Promise<boolean> {
  const socket = await connectDaemon(home)
  if (!socket) return false
  const ended = new Promise<void>(resolve => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.write(`${encodeLine({ type: 'retire' })}\n`)
  socket.resume()
  await ended
  return true
}

function unreachable(home: ProjectHome, cause: unknown): DevkError {
  return new DevkError({
    code: 'DAEMON_UNREACHABLE',
    message: `The daemon of ${home.folder} can't be reached at ${home.socket}: ${(cause as Error).message}.`,
    hint: `Its log is ${home.log}.`,
    cause,
  })
}
