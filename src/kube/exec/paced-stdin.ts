import { type Duplex, type Readable, Writable } from 'node:stream'
import { sleep } from '../../base/time.ts'
import type { SpdyConnection } from '../spdy/connection.ts'

export interface Command {
  outputs: readonly Readable[]
  /** How it ended is known. */
  ended: Promise<unknown>
}

/** The other side keeps some 50 parts for a reader: who has taken more reads. */
const KEPT_FOR_READER = 64
const WHILE_READ = { most: 16, bytes: 32 * 1024 }
/** Each part has so much more than the one before, and no more than a TLS record: so do the programs on the way begin. */
const MORE_BYTES = 1_000
const MOST_BYTES = 16_000

/**
 * What a command leaves unread must not be on the way when it ends: a program there that fails to write closes both
 * directions, and what the other side said last is lost, which is how the command ended. The first write to one who has
 * gone succeeds: so there is one part at a time, which each of them passes on by one write, until it is known that the
 * command reads.
 */
export function pacedStdin(
  stdin: Duplex,
  { caughtUp, together }: Pick<SpdyConnection, 'caughtUp' | 'together'>,
  command: Command,
): Writable {
  const mayGoOn = lastWords(command)
  const unread: Promise<void>[] = []
  let taken = 0
  async function send(bytes: Buffer): Promise<void> {
    for (let start = 0; start < bytes.length; ) {
      const isRead = taken > KEPT_FOR_READER
      const size = isRead ? WHILE_READ.bytes : Math.min((taken + 1) * MORE_BYTES, MOST_BYTES)
      const part = bytes.subarray(start, start + size)
      await mayGoOn()
      await together(() => {
        const writing = written(stdin, part)
        unread.push(caughtUp())
        return writing
      })
      start += part.length
      while (unread.length >= (isRead ? WHILE_READ.most : 1)) {
        await unread.shift()
        taken++
      }
    }
  }
  const paced = new Writable({
    write: (bytes: Buffer, _, done) => void send(bytes).then(() => done(), done),
    final: done => void stdin.end(done),
  })
  // That nobody takes it is told by how the command ended.
  return paced.on('error', () => {})
}

function written(stream: Writable, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, error => (error ? reject(error) : resolve()))
  })
}

/** A command that has closed what it prints to is told to have ended by then, or goes on to read. */
const LAST_WORDS_MS = 1_000

/** Resolves at once, unless the command seems to have ended: once it is told to have, or goes on after all. */
function lastWords({ outputs, ended }: Command): () => Promise<void> {
  let open = outputs.length
  let waited = Promise.resolve()
  const over = new AbortController()
  void ended.then(() => over.abort())
  for (const output of outputs) {
    output.once('end', () => {
      if (--open === 0) waited = sleep(LAST_WORDS_MS, over.signal).catch(() => {})
    })
  }
  return () => waited
}
