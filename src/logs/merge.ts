import type { LogLine } from './format.ts'

type Batches = AsyncGenerator<LogLine[]>

interface Cursor {
  batches: Batches
  lines: LogLine[]
  at: number
}

/** Lines of several sources in the order of their times, each source's own order kept; the newest first where told. */
export async function* mergeLines(
  sources: readonly Batches[],
  { newestFirst = false } = {},
): AsyncGenerator<LogLine[]> {
  const before = newestFirst ? (a: string, b: string) => a > b : (a: string, b: string) => a < b
  const cursors = (await Promise.all(sources.map(open))).filter(cursor => cursor !== undefined)
  try {
    while (cursors.length > 0) {
      const { first, second } = foremost(cursors, before)
      // As long as no other source has an earlier line, nobody else is asked.
      const start = first.at
      do first.at++
      while (first.at < first.lines.length && (!second || !before(timeAt(second), timeAt(first))))
      yield first.lines.slice(start, first.at)
      if (first.at === first.lines.length && !(await refill(first))) cursors.splice(cursors.indexOf(first), 1)
    }
  } finally {
    await Promise.all(sources.map(source => source.return(undefined)))
  }
}

async function open(batches: Batches): Promise<Cursor | undefined> {
  const cursor = { batches, lines: [], at: 0 }
  return (await refill(cursor)) ? cursor : undefined
}

async function refill(cursor: Cursor): Promise<boolean> {
  const next = await cursor.batches.next()
  cursor.lines = next.done ? [] : next.value
  cursor.at = 0
  return !next.done
}

function foremost(
  cursors: readonly Cursor[],
  before: (a: string, b: string) => boolean,
): { first: Cursor; second: Cursor | undefined } {
  let [first, second] = cursors
  if (!first) throw new RangeError('nothing to merge')
  if (second && before(timeAt(second), timeAt(first))) [first, second] = [second, first]
  for (const cursor of cursors.slice(2)) {
    if (before(timeAt(cursor), timeAt(first))) [first, second] = [cursor, first]
    else if (!second || before(timeAt(cursor), timeAt(second))) second = cursor
  }
  return { first, second }
}

function timeAt({ lines, at }: Cursor): string {
  return lines[at]?.time ?? ''
}
