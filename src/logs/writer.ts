import { rm } from 'node:fs/promises'
import type { Hidden } from '../base/hidden/hidden.ts'
import type { LogPosition, LogSink, LogSource } from '../model/log.ts'
import { afterLine, afterPart, formatControl, parseSegment, positionAfter, TIME_LENGTH } from './format.ts'
import { type SegmentHost, segmentFiles } from './segment-files.ts'
import { readSegment, type Segment } from './segments.ts'

/** Writes the lines of one source, on from where its files end. */
export interface LogWriter extends LogSink {
  /** Resolves once all that was written is in the file, up to the last whole line. */
  flush(): Promise<void>
}

interface Place {
  position: LogPosition | undefined
  run: number
}

const FLUSH_MS = 15
/** So much is gathered before it is written, and of one line kept at once. */
const GATHERED_BYTES = 256 * 1024
const NEWLINE = Buffer.from('\n')
/** Where a line's text begins. */
const TEXT_AT = TIME_LENGTH + 1

/** What is hidden is never written; positions are of what the container printed. */
export async function openWriter(
  host: SegmentHost,
  source: LogSource,
  before: readonly Segment[],
  hidden: Hidden,
): Promise<LogWriter> {
  const found = await lastWhole(before)
  const files = await segmentFiles(host, source, found?.segment)
  /** What is in the file, and what will be once all that is gathered is. */
  let kept: Place = found?.place ?? { position: undefined, run: 0 }
  let next = kept
  let gathered: Buffer[] = []
  let gatheredBytes = 0
  let begun: Buffer = Buffer.alloc(0)
  /** Of a line that goes on, so much is gathered before a part of it is kept. */
  let enough = GATHERED_BYTES
  let flushedAt = 0
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> = Promise.resolve()
  let failure: Error | undefined
  const listeners = new Set<(error: Error) => void>()

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    flushedAt = performance.now()
    flushing = flushing.then(async () => {
      const bytes = Buffer.concat(gathered)
      if (bytes.length === 0) return
      const place = next
      gathered = []
      gatheredBytes = 0
      try {
        await files.append(bytes, kept)
        kept = place
      } catch (error) {
        fail(error as Error)
      }
    })
    return flushing
  }

  function fail(error: Error): void {
    gathered = []
    gatheredBytes = 0
    begun = Buffer.alloc(0)
    next = kept
    failure = error
    for (const listener of listeners) listener(error)
  }

  function gather(...bytes: Buffer[]): void {
    gathered.push(...bytes)
    for (const { length } of bytes) gatheredBytes += length
    // What comes after a silence is written at once.
    const wait = Math.max(0, flushedAt + FLUSH_MS - performance.now())
    timer ??= setTimeout(() => void flush(), wait)
  }

  function countLines(bytes: Buffer): void {
    for (let start = 0, end = 0; end >= 0 && start < bytes.length; start = end + 1) {
      end = bytes.indexOf(NEWLINE, start)
      const time = bytes.toString('latin1', start, start + TIME_LENGTH)
      next = { ...next, position: afterLine(next.position, time) }
    }
  }

  function keepPart(): void {
    const { bytes, taken } = hidden.redactBegun(begun, TEXT_AT)
    // It may all be one hidden value: looked through each time something comes, it would take ever longer.
    enough = taken === 0 ? begun.length * 2 : GATHERED_BYTES
    if (taken === 0) return
    const raw = bytes.length !== taken && { raw: taken }
    const before = begun.subarray(0, TEXT_AT)
    gather(formatControl({ end: 'part', ...raw }), before, bytes, NEWLINE)
    const time = before.toString('latin1', 0, TIME_LENGTH)
    next = { ...next, position: afterPart(next.position, time, taken) }
    begun = Buffer.concat([before, begun.subarray(TEXT_AT + taken)])
  }

  const shown = (lines: Buffer) => hidden.redactLines(lines, TEXT_AT)

  return {
    get position() {
      return next.position
    },
    async write(bytes) {
      if (failure) throw failure
      const all = begun.length > 0 ? Buffer.concat([begun, bytes]) : bytes
      const whole = all.lastIndexOf(NEWLINE) + 1
      begun = all.subarray(whole)
      if (whole > 0) {
        const lines = all.subarray(0, whole)
        countLines(lines)
        gather(shown(lines))
        enough = GATHERED_BYTES
      }
      if (begun.length >= enough) keepPart()
      if (gatheredBytes >= GATHERED_BYTES) await flush()
    },
    beginRun(run) {
      if (run === next.run) return
      next = { ...next, run }
      gather(formatControl({ run }))
    },
    endLine() {
      if (begun.length === 0) return
      countLines(begun)
      gather(formatControl({ end: 'nothing' }), shown(begun), NEWLINE)
      begun = Buffer.alloc(0)
    },
    abandonLine() {
      begun = Buffer.alloc(0)
      enough = GATHERED_BYTES
      failure = undefined
    },
    flush,
    onFailure(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      await flush()
      await files[Symbol.asyncDispose]()
    },
  }
}

/** The newest file whose header is whole, cut after its last whole line. */
async function lastWhole(
  segments: readonly Segment[],
): Promise<{ segment: Segment; place: Place } | undefined> {
  for (const segment of segments.toReversed()) {
    const { header, lines, run, end } = parseSegment(await readSegment(segment.path))
    if (header) {
      const place = { position: positionAfter(lines, header.after), run }
      return { segment: { ...segment, bytes: end }, place }
    }
    await rm(segment.path, { force: true })
  }
  return undefined
}
