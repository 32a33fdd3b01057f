import type { LogPosition, LogSource } from '../model/log.ts'

export interface LogLine {
  source: LogSource
  /** UTC with nanoseconds, always as long: to be compared as text. */
  time: string
  text: Buffer
  /** How many times its container had been restarted by then. */
  run: number
  /** What ends it where that is no newline: the container's end, or the next part of the same line. */
  end?: 'nothing' | 'part'
  /** Of a part, how much of the container's line it stands for where that is not its length: something in it is hidden. */
  raw?: number
}

/** Stands first in each file. */
export interface Header {
  source: LogSource
  run: number
  /** Where the file before ended. */
  after?: LogPosition
}

/** What stands between the lines: the header, that the container's next run begins, or how the next line ends. */
type Control = Partial<Header> & Pick<LogLine, 'end' | 'raw'>

export interface Parsed {
  header: Header | undefined
  lines: LogLine[]
  run: number
  /** Where the last whole line ends: what is said before a line belongs to it. */
  end: number
}

/** How long a time is: `2026-11-21T12:00:00.123456789Z`. */
export const TIME_LENGTH = 30

const MARK = 0x23
const NEWLINE = 0x0a

/**
 * A file of lines, each `time text`, as Kubernetes tells them; one that begins with `#` is devk's own. What stands after
 * the last newline was not yet written whole, and counts as not there. `known` is what stood before, where this is not
 * the beginning of a file.
 */
export function parseSegment(bytes: Buffer, known?: { source: LogSource; run: number }): Parsed {
  const lines: LogLine[] = []
  let header: Header | undefined
  let source = known?.source
  let run = known?.run ?? 0
  let start = 0
  let whole = 0
  let next: Pick<LogLine, 'end' | 'raw'> = {}
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    if (bytes[start] === MARK) {
      const control = parseControl(bytes.toString('utf8', start + 1, end))
      if (control.source) {
        header = control as Header
        whole = end + 1
      }
      source = control.source ?? source
      run = control.run ?? run
      next = {
        ...(control.end && { end: control.end }),
        ...(control.raw !== undefined && { raw: control.raw }),
      }
    } else {
      whole = end + 1
      const text = bytes.subarray(start + TIME_LENGTH + 1, end)
      const time = bytes.toString('latin1', start, start + TIME_LENGTH)
      if (source && end > start + TIME_LENGTH) lines.push({ source, time, text, run, ...next })
      next = {}
    }
    start = end + 1
  }
  return { header, lines, run, end: whole }
}

export function formatControl(control: Control): Buffer {
  return Buffer.from(`#${JSON.stringify(control)}\n`)
}

export function positionAfter(lines: readonly LogLine[], before?: LogPosition): LogPosition | undefined {
  let position = before
  for (const { time, text, end, raw = text.length } of lines) {
    position = end === 'part' ? afterPart(position, time, raw) : afterLine(position, time)
  }
  return position
}

export function afterLine(before: LogPosition | undefined, time: string): LogPosition {
  return { time, count: before?.time === time ? before.count + 1 : 1 }
}

export function afterPart(before: LogPosition | undefined, time: string, bytes: number): LogPosition {
  const { part, ...whole } = before ?? { time: '', count: 0 }
  return { ...whole, part: { time, bytes: bytes + (part?.time === time ? part.bytes : 0) } }
}

function parseControl(text: string): Control {
  try {
    return JSON.parse(text) as Control
  } catch {
    return {}
  }
}
