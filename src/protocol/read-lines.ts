import type { Readable } from 'node:stream'

const NEWLINE = 0x0a

/**
 * The lines of a stream, which ends them however it ends. Whoever leaves off reading leaves the stream open, with what
 * came after the last line that was read still in it.
 */
export async function* readLines(stream: Readable): AsyncGenerator<string, void, undefined> {
  let rest: Buffer[] = []
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      rest.push(Buffer.from(chunk as Buffer))
      if (!rest.at(-1)?.includes(NEWLINE)) continue
      let bytes = Buffer.concat(rest)
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
        const line = bytes.subarray(0, end).toString()
        bytes = bytes.subarray(end + 1)
        rest = [bytes]
        yield line
      }
    }
  } catch {
    // A connection that was cut says no more, as one that was ended.
  } finally {
    const left = Buffer.concat(rest)
    if (left.length > 0 && !stream.destroyed && !stream.readableEnded) stream.unshift(left)
  }
}
