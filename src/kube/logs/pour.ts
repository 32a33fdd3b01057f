import type { LogPosition, LogSink } from '../../model/log.ts'
import { timedLines } from './timed-lines.ts'

const NEWLINE = 0x0a
const UTC_LENGTH = 30

/**
 * Gives a sink what a log has and the sink has not: Kubernetes tells a log from a whole second on, so that lines come
 * again. They are known by their times, and by how many bear the last one.
 */
export async function pour(
  log: AsyncIterable<Buffer>,
  sink: LogSink,
  { run, onPiece = () => {} }: { run: number; onPiece?: () => void },
): Promise<void> {
  let skip: Skip | undefined = skipping(sink.position)
  let begun: Buffer = Buffer.alloc(0)
  let isNew = true
  try {
    for await (const chunk of timedLines(log)) {
      onPiece()
      let fresh = chunk
      if (skip) {
        const all: Buffer = begun.length > 0 ? Buffer.concat([begun, chunk]) : chunk
        const { rest, done } = skip(all)
        begun = rest
        if (!done) continue
        skip = undefined
        fresh = begun
      }
      if (fresh.length === 0) continue
      if (isNew) sink.beginRun(run)
      isNew = false
      await sink.write(fresh)
    }
    sink.endLine()
  } finally {
    sink.abandonLine()
  }
}

/** Answers what is left of the bytes, and whether all that is known is behind. */
type Skip = (bytes: Buffer) => { rest: Buffer; done: boolean }

function skipping(position: LogPosition | undefined): Skip | undefined {
  if (!position) return undefined
  const { time, part } = position
  let { count } = position
  return bytes => {
    let start = 0
    while (start < bytes.length) {
      // The time decides, and the line's end is not needed for it.
      if (bytes.length - start <= UTC_LENGTH) return { rest: bytes.subarray(start), done: false }
      const at = bytes.toString('latin1', start, start + UTC_LENGTH)
      if (at > time || (at === time && count === 0)) {
        const rest = bytes.subarray(start)
        if (part?.time !== at) return { rest, done: true }
        const known = UTC_LENGTH + 1 + part.bytes
        if (rest.length < known) return { rest, done: false }
        return { rest: Buffer.concat([rest.subarray(0, UTC_LENGTH + 1), rest.subarray(known)]), done: true }
      }
      const end = bytes.indexOf(NEWLINE, start)
      if (end < 0) return { rest: bytes.subarray(start), done: false }
      if (at === time) count--
      start = end + 1
    }
    return { rest: Buffer.alloc(0), done: false }
  }
}
