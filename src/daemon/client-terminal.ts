import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { frameReader, writeFrame } from '../protocol/frames.ts'
import { decodeLine, encodeLine } from '../protocol/lines.ts'
import type { ServerMessage } from '../protocol/messages.ts'
import type { TerminalInput, TerminalOutput } from '../protocol/terminal.ts'

/** The client's stdin, stdout and stderr, for what runs elsewhere. */
export interface ClientTerminal {
  tell(message: ServerMessage | TerminalOutput): void
  /** Resolves once more may come: the client's own pipe may be full. What nobody reads any more is dropped. */
  write(channel: 'stdout' | 'stderr', bytes: Buffer): Promise<void>
  /** Has what the client says acted on, in its order. Nothing comes before this. */
  follow(listener: TerminalListener): void
}

interface TerminalListener {
  /** Calls `taken` once the bytes are on their way, or nobody wants them. */
  stdin(bytes: Buffer, taken: () => void): void
  said(message: TerminalInput): void
}

/** So much is told of at once that was taken. */
const TELL_FROM_BYTES = 1 << 17

export function clientTerminal(input: Promise<Readable>, output: Writable): ClientTerminal {
  const tell: ClientTerminal['tell'] = message => {
    if (output.writable) writeFrame(output, 'message', Buffer.from(encodeLine(message)))
  }

  return {
    tell,
    async write(channel, bytes) {
      if (output.writable && !writeFrame(output, channel, bytes)) await roomIn(output)
    },
    async follow({ stdin, said }) {
      const stream = await input
      const read = frameReader()
      let coming = 0
      let taken = 0
      const take = (bytes: number) => {
        coming -= bytes
        taken += bytes
        if (taken < TELL_FROM_BYTES && coming > 0) return
        tell({ type: 'taken', bytes: taken })
        taken = 0
      }
      const act = (chunk: Buffer) => {
        for (const { channel, bytes } of read(chunk)) {
          if (channel === 'stdin') {
            coming += bytes.length
            stdin(bytes, () => take(bytes.length))
          }
          const message = channel === 'message' ? decodeLine<TerminalInput>(String(bytes)) : undefined
          if (message) said(message)
        }
      }
      stream.on('data', (chunk: Buffer) => {
        try {
          act(chunk)
        } catch (error) {
          stream.destroy(error as Error)
        }
      })
    },
  }
}

async function roomIn(output: Writable): Promise<void> {
  const gone = new AbortController()
  await Promise.race([
    once(output, 'drain', { signal: gone.signal }),
    once(output, 'close', { signal: gone.signal }),
  ])
    .catch(() => {})
    .finally(() => gone.abort())
}
