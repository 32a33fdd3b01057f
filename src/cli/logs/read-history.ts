import type { LogLine } from '../../logs/format.ts'
import { mergeLines } from '../../logs/merge.ts'
import { linesBackward, linesForward, type Reading, type SourceFiles } from '../../logs/read-lines.ts'

/** What was kept until now in the order of its times: all of it, or the last lines of it that are wanted. */
export async function* readHistory(
  sources: readonly SourceFiles[],
  { tail, ...reading }: Reading & { tail: number },
): AsyncGenerator<LogLine[]> {
  if (tail === Number.POSITIVE_INFINITY) {
    yield* mergeLines(sources.map(source => linesForward(source, reading)))
    return
  }
  const last: LogLine[] = []
  if (tail === 0) return
  const backward = sources.map(source => linesBackward(source, reading))
  for await (const lines of mergeLines(backward, { newestFirst: true })) {
    last.push(...lines.slice(0, tail - last.length))
    if (last.length >= tail) break
  }
  yield last.reverse()
}
