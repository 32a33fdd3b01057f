const NEWLINE = 0x0a
/** A longer line is passed on in parts. */
const LONG = 256 * 1024

/** Kubernetes has nothing of the container any more. */
export class LogGone extends Error {}

/**
 * The lines of a log, whole but for very long ones, their times in UTC with nanoseconds, whatever their node's clock
 * shows. Throws where Kubernetes says in place of a line why it can't tell more: a container's lines have a time.
 */
export async function* timedLines(log: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer = Buffer.alloc(0)
  let isWithin = false
  for await (const chunk of log) {
    const all: Buffer = begun.length > 0 ? Buffer.concat([begun, chunk]) : chunk
    const whole = all.lastIndexOf(NEWLINE) + 1
    begun = all.subarray(whole)
    if (whole > 0) yield* checked(all.subarray(0, whole), isWithin)
    if (whole > 0) isWithin = false
    if (begun.length < LONG) continue
    yield* checked(begun, isWithin)
    isWithin = true
    begun = Buffer.alloc(0)
  }
  if (begun.length > 0) yield* checked(begun, isWithin)
}

function* checked(bytes: Buffer, isWithin: boolean): Generator<Buffer> {
  let start = isWithin ? endOf(bytes, 0) : 0
  let passed = 0
  for (; start < bytes.length; start = endOf(bytes, start)) {
    if (isUtc(bytes, start)) continue
    if (start > passed) yield bytes.subarray(passed, start)
    passed = endOf(bytes, start)
    yield inUtc(bytes.subarray(start, passed))
  }
  if (passed < bytes.length) yield bytes.subarray(passed)
}

function endOf(bytes: Buffer, start: number): number {
  return bytes.indexOf(NEWLINE, start) + 1 || bytes.length
}

/** `2026-11-21T12:00:00.123456789Z `: most logs are so already. */
function isUtc(bytes: Buffer, start: number): boolean {
  return bytes[start + 30] === 0x20 && bytes[start + 29] === 0x5a && bytes[start + 10] === 0x54
}

function inUtc(line: Buffer): Buffer {
  const space = line.indexOf(0x20)
  const time = line.toString('latin1', 0, Math.max(space, 0))
  const [, whole, fraction = '', zone] = /^([\d:T-]+)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? []
  const at = Date.parse(`${whole}${zone}`)
  if (Number.isNaN(at)) throw noLine(line.toString().trim())
  const utc = `${new Date(at).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0').slice(0, 9)}Z`
  return Buffer.concat([Buffer.from(utc), line.subarray(space)])
}

function noLine(words: string): Error {
  return words.startsWith('unable to retrieve container logs') ? new LogGone(words) : new Error(words)
}
