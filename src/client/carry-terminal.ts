import { once } from 'node:events'
import type { Duplex, Readable, Writable } from 'node:stream'
import { DevkError, errorCode } from '../base/errors.ts'
import { frameReader, writeFrame } from '../protocol/frames.ts'
import { decodeLine, encodeLine } from '../protocol/lines.ts'
import {
  type PassedSignal,
  STDIN_WINDOW,
  type TerminalInput,
  type TerminalOutput,
  type TerminalSize,
} from '../protocol/terminal.ts'

/** What a command that runs elsewhere has for its own here. */
export interface LocalTerminal {
  stdin: Readable
  stdout: Writable
  stderr: Writable
  onNote: (message: string) => void
  /** Told how to pass on what else happens here. */
  events?: (tell: { size(size: TerminalSize): void; signal(signal: PassedSignal): void }) => void
}

/**
 * Carries bytes between a terminal or pipes here and a command in a pod until that ends, and answers with its result.
 * What is read here and what is sent waits for whoever takes it, so that any amount passes in little memory. Throws
 * what the daemon tells, STDOUT_CLOSED where nobody reads the output any more, DAEMON_ENDED where it is cut off.
 */
export async function carryTerminal<T>(connection: Duplex, local: LocalTerminal): Promise<T> {
  const { stdin, stdout, stderr, onNote, events } = local
  const window = stdinWindow()
  // Who writes is told by the write itself.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  const send = (message: TerminalInput) => frame('message', Buffer.from(encodeLine(message)))
  function frame(channel: 'message' | 'stdin', bytes: Buffer): void {
    if (connection.writable) writeFrame(connection, channel, bytes)
  }
  async function sendStdin(): Promise<void> {
    for await (const chunk of stdin) {
      await window.room()
      window.sent((chunk as Buffer).length)
      frame('stdin', chunk as Buffer)
    }
  }
  // A terminal that is gone and a folder given as stdin can't be read: no more comes of them.
  void sendStdin()
    .catch(() => {})
    .finally(() => send({ type: 'end' }))
  events?.({
    size: size => send({ type: 'size', size }),
    signal: signal => send({ type: 'signal', signal }),
  })

  const read = frameReader()
  for await (const chunk of chunksOf(connection)) {
    for (const { channel, bytes } of read(chunk)) {
      if (channel === 'stdout') await put(stdout, bytes)
      if (channel === 'stderr') await put(stderr, bytes)
      const message = channel === 'message' ? decodeLine<TerminalOutput>(String(bytes)) : undefined
      if (message?.type === 'taken') window.taken(message.bytes)
      if (message?.type === 'note') onNote(message.message)
      if (message?.type === 'error') throw new DevkError(message.error)
      if (message?.type === 'result') {
        await Promise.all([flushed(stdout), flushed(stderr)])
        return message.value as T
      }
    }
  }
  throw new DevkError({
    code: 'DAEMON_ENDED',
    message: 'The project’s daemon ended while the command ran; it may run on in its pod.',
    hint: 'devk status shows how the service is.',
  })
}

/** How much of stdin may still be sent. */
function stdinWindow(): { room(): Promise<void>; sent(bytes: number): void; taken(bytes: number): void } {
  let left = STDIN_WINDOW
  let widened = () => {}
  return {
    async room() {
      if (left > 0) return
      await new Promise<void>(resolve => {
        widened = resolve
      })
    },
    sent(bytes) {
      left -= bytes
    },
    taken(bytes) {
      left += bytes
      if (left > 0) widened()
    },
  }
}

async function* chunksOf(connection: Duplex): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of connection.iterator({ destroyOnReturn: false })) yield chunk as Buffer
  } catch {
    // A connection that was cut says no more, as one that was ended.
  }
}

async function put(stream: Writable, bytes: Buffer): Promise<void> {
  try {
    if (stream.errored) throw stream.errored
    if (!stream.write(bytes)) await once(stream, 'drain')
  } catch (error) {
    throw closed(error)
  }
}

async function flushed(stream: Writable): Promise<void> {
  if (stream.writableLength === 0) return
  await new Promise<void>((resolve, reject) => {
    stream.write('', error => (error ? reject(closed(error)) : resolve()))
  })
}

function closed(error: unknown): unknown {
  if (errorCode(error) !== 'EPIPE') return error
  return new DevkError({ code: 'STDOUT_CLOSED', message: 'Nobody reads the output any more.', cause: error })
}
