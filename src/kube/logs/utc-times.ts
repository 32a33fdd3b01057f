const NEWLINE = 0x0a
const SPACE = 0x20
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/

/** A log whose times are in UTC with nanoseconds, whatever its node's clock shows: most are so already. */
export async function* utcTimes(log: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer = Buffer.alloc(0)
  let isUtc: boolean | undefined
  for await (const chunk of log) {
    if (isUtc) {
      yield chunk
      continue
    }
    const all: Buffer = begun.length > 0 ? Buffer.concat([begun, chunk]) : chunk
    if (isUtc === undefined) {
      const space = all.indexOf(SPACE)
      isUtc = space < 0 ? undefined : UTC.test(all.toString('latin1', 0, space))
      begun = all
      if (isUtc === undefined) continue
      if (isUtc) {
        yield all
        continue
      }
    }
    const whole = all.lastIndexOf(NEWLINE) + 1
    begun = all.subarray(whole)
    if (whole > 0) yield Buffer.concat([...linesIn(all.subarray(0, whole))].map(inUtc))
  }
  if (!isUtc && begun.length > 0) yield inUtc(begun)
}

function* linesIn(bytes: Buffer): Generator<Buffer> {
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = bytes.indexOf(NEWLINE, start) + 1
    yield bytes.subarray(start, end)
  }
}

function inUtc(line: Buffer): Buffer {
  const space = line.indexOf(SPACE)
  const time = line.toString('latin1', 0, space)
  const [, whole = '', fraction = '', zone = 'Z'] =
    /^([^.Z+]+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? []
  const at = Date.parse(whole + zone)
  if (Number.isNaN(at)) return line
  const utc = `${new Date(at).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0').slice(0, 9)}Z`
  return Buffer.concat([Buffer.from(utc), line.subarray(space)])
}
