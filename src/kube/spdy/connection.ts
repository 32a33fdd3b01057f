import { Duplex } from 'node:stream'
import { dataHeader, type Frame, frameReader, openFrame, pingFrame, resetFrame } from './frames.ts'

export interface SpdyConnection {
  /** A stream; one that nobody reads holds the connection up. */
  open(headers: Readonly<Record<string, string>>, options?: OpenOptions): Duplex
  /** Resolves once the other side has read what was written until now, or the connection is over. */
  caughtUp(): Promise<void>
  /** What is written meanwhile goes out in one piece. */
  together<T>(write: () => T): T
  /** Nothing can be opened on it any more. */
  readonly isOver: boolean
  /** Ends all its streams. */
  close(): void
}

export interface OpenOptions {
  /** False where this side says nothing on it. */
  talks?: boolean
  /** The stream has not ended before this, although the other side says so. */
  endsAfter?: Promise<unknown>
  /** What was said is read to its end, however the stream or the connection ends; whether it was all is told elsewhere. */
  cutIsEnd?: boolean
}

export interface ConnectionOptions {
  /** False where the other side may be unable to answer, as one that waits for a reader of what it was sent. */
  keepAlive?: boolean
}

const PING_EVERY_MS = 30_000
const PING_LIMIT_MS = 15_000
/** What a frame's length can say. */
const MOST_BYTES = 0xff_ff_ff

/**
 * Streams over an upgraded connection, which it owns. There is no flow control: a stream that nobody reads holds up the
 * whole connection, so who must not be held up by others takes one of his own.
 */
export function spdyConnection(socket: Duplex, { keepAlive = true }: ConnectionOptions = {}): SpdyConnection {
  const streams = new Map<number, Stream>()
  const read = frameReader()
  const pings = openPings(socket)
  let next = 1
  let over = false
  let closed = false
  const end = (why: Error) => {
    if (closed) return
    closed = true
    over = true
    stopPinging()
    for (const stream of streams.values()) stream.cut(why)
    streams.clear()
    pings.end()
    socket.destroy()
  }
  const stopPinging = keepAlive
    ? pingNowAndThen(socket, pings.send, () => end(new Error('the Kubernetes API went silent')))
    : () => {}

  function take(frame: Frame): void {
    switch (frame.is) {
      case 'ping':
        // The other side's own have even numbers, and are sent back as they are.
        if (frame.id % 2 === 0) socket.write(pingFrame(frame.id))
        else pings.answered(frame.id)
        return
      case 'away':
        over = true
        return
      case 'reset':
        streams.get(frame.stream)?.cut(new Error('the other side reset the stream'))
        return
      case 'accepted':
        if (frame.last) streams.get(frame.stream)?.take(undefined)
        return
      case 'data':
        if (frame.bytes.length > 0) streams.get(frame.stream)?.take(frame.bytes)
        if (frame.last) streams.get(frame.stream)?.take(undefined)
    }
  }

  socket.on('data', (chunk: Buffer) => {
    for (const frame of read(chunk)) take(frame)
  })
  socket.on('error', end)
  socket.once('close', () => end(new Error('the connection to the Kubernetes API was closed')))
  socket.once('end', () => end(new Error('the Kubernetes API ended the connection')))

  return {
    get isOver() {
      return over
    },
    open(headers, { talks = true, endsAfter, cutIsEnd = false } = {}) {
      const id = next
      next += 2
      const stream = openStream(socket, id, { talks, endsAfter, cutIsEnd }, () => void streams.delete(id))
      streams.set(id, stream)
      socket.write(openFrame(id, headers, { first: id === 1, last: !talks }))
      return stream.duplex
    },
    caughtUp: () => new Promise(resolve => pings.send(resolve)),
    together(write) {
      socket.cork()
      try {
        return write()
      } finally {
        socket.uncork()
      }
    },
    close: () => end(new Error('the connection was closed')),
  }
}

interface Pings {
  send(onAnswer?: () => void): void
  answered(id: number): void
  /** Whoever waits for an answer is told, and so is whoever asks later. */
  end(): void
}

function openPings(socket: Duplex): Pings {
  const waiting = new Map<number, () => void>()
  let next = 1
  let ended = false
  return {
    send(onAnswer = () => {}) {
      if (ended) return onAnswer()
      waiting.set(next, onAnswer)
      socket.write(pingFrame(next))
      next += 2
    },
    answered(id) {
      waiting.get(id)?.()
      waiting.delete(id)
    },
    end() {
      ended = true
      for (const tell of waiting.values()) tell()
      waiting.clear()
    },
  }
}

interface Stream {
  duplex: Duplex
  /** undefined: the other side says no more. */
  take(bytes: Buffer | undefined): void
  /** Nothing comes any more, and nothing can be said. */
  cut(why: Error): void
}

function openStream(
  socket: Duplex,
  id: number,
  {
    talks,
    endsAfter,
    cutIsEnd,
  }: { talks: boolean; endsAfter: Promise<unknown> | undefined; cutIsEnd: boolean },
  gone: () => void,
): Stream {
  let ended = { here: !talks, there: false }
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => void socket.resume(),
    writev: (chunks, done) =>
      write(
        chunks.map(({ chunk }) => chunk as Buffer),
        done,
      ),
    final: done => {
      if (ended.here) return done()
      ended = { ...ended, here: true }
      socket.write(dataHeader(id, 0, { last: true }), done)
    },
    destroy: (error, done) => {
      gone()
      if (!socket.destroyed && !(ended.here && ended.there)) socket.write(resetFrame(id))
      // Whoever held it up is gone.
      socket.resume()
      done(error)
    },
  })
  // Its owner listens where he wants to know: an error after that is nobody's.
  duplex.on('error', () => {})
  if (!talks) duplex.end()

  function write(chunks: Buffer[], done: (error?: Error | null) => void): void {
    const parts = chunks.flatMap(inParts)
    if (parts.length === 0) done()
    socket.cork()
    for (const [index, part] of parts.entries()) {
      socket.write(dataHeader(id, part.length, { last: false }))
      socket.write(part, index === parts.length - 1 ? done : undefined)
    }
    socket.uncork()
  }

  return {
    duplex,
    take(bytes) {
      if (bytes !== undefined) {
        if (!duplex.push(bytes)) socket.pause()
        return
      }
      ended = { ...ended, there: true }
      if (endsAfter) void endsAfter.then(() => duplex.push(null))
      else duplex.push(null)
    },
    cut(why) {
      if (!cutIsEnd) return void duplex.destroy(why)
      gone()
      if (!ended.there) duplex.push(null)
      ended = { here: true, there: true }
    },
  }
}

function inParts(chunk: Buffer): Buffer[] {
  const count = Math.ceil(chunk.length / MOST_BYTES)
  return Array.from({ length: count }, (_, index) =>
    chunk.subarray(index * MOST_BYTES, (index + 1) * MOST_BYTES),
  )
}

/** A connection whose other side is gone without a word is told by a ping that nobody answers. Returns how to stop. */
function pingNowAndThen(socket: Duplex, send: () => void, silent: () => void): () => void {
  let heard = true
  let limit: NodeJS.Timeout | undefined
  socket.on('data', () => {
    heard = true
    clearTimeout(limit)
  })
  const timer = setInterval(() => {
    if (socket.isPaused()) return
    heard = false
    send()
    clearTimeout(limit)
    limit = setTimeout(() => heard || socket.isPaused() || silent(), PING_LIMIT_MS).unref()
  }, PING_EVERY_MS).unref()
  return () => {
    clearInterval(timer)
    clearTimeout(limit)
  }
}
