import type { Readable } from 'node:stream'

/** The whole lines of a stream, whichever way it was cut into pieces. What is after the last newline was cut off. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8')
  let parts: string[] = []
  for await (const chunk of stream) {
    const lines = (chunk as string).split('\n')
    if (lines.length === 1) {
      parts.push(chunk as string)
      continue
    }
    lines[0] = parts.join('') + lines[0]
    parts = [lines.pop() ?? '']
    yield* lines
  }
}
