import type { LogSource } from '../model/log.ts'
import type { LogLine } from './format.ts'
import { parseSegment } from './format.ts'
import { listSegments, readHeader, readSegment, type Segment } from './segments.ts'

/** All that is kept of one source. */
export interface SourceFiles {
  source: LogSource
  /** In their order. */
  segments: Segment[]
}

/** Which lines of those that come together are wanted; they are told in their order. */
export type Select = (lines: readonly LogLine[]) => LogLine[]

export interface Reading {
  /** Lines before it are left out. */
  since?: string | undefined
  /** Made anew for lines that do not follow those before. */
  select?: () => Select
}

/** What there is at this moment; what is written after it is not read by those who read these. */
export async function listSources(
  folder: string,
  wants: (source: LogSource) => boolean,
): Promise<SourceFiles[]> {
  const byId = Map.groupBy(await listSegments(folder), ({ id }) => id)
  const found = await Promise.all(
    [...byId.values()].map(async segments => {
      const header = await firstHeader(segments)
      return header && wants(header.source) ? { source: header.source, segments } : undefined
    }),
  )
  return found.filter(each => each !== undefined)
}

/** Lines of one source, the oldest first, as many at once as a file holds. */
export async function* linesForward(
  { segments }: SourceFiles,
  { since = '', select = all }: Reading = {},
): AsyncGenerator<LogLine[]> {
  const selected = select()
  for (const segment of segments.filter(writtenSince(since))) {
    const lines = selected((await linesOf(segment)).filter(({ time }) => time >= since))
    if (lines.length > 0) yield lines
  }
}

/** The newest first. */
export async function* linesBackward(
  { segments }: SourceFiles,
  { since = '', select = all }: Reading = {},
): AsyncGenerator<LogLine[]> {
  for (const segment of segments.filter(writtenSince(since)).reverse()) {
    const lines = select()((await linesOf(segment)).filter(({ time }) => time >= since))
    if (lines.length > 0) yield lines.reverse()
  }
}

/** The run that the last line is of. */
export async function lastRun({ segments }: SourceFiles): Promise<number> {
  const last = segments.at(-1)
  return last ? parseSegment(await readSegment(last.path)).run : 0
}

function all(): Select {
  return lines => [...lines]
}

/** What was written to last before it has nothing of it. */
function writtenSince(since: string): (segment: Segment) => boolean {
  const earliest = since === '' ? 0 : Date.parse(since)
  return ({ at }) => at >= earliest
}

async function linesOf({ path, bytes }: Segment): Promise<LogLine[]> {
  return parseSegment((await readSegment(path)).subarray(0, bytes)).lines
}

async function firstHeader(segments: readonly Segment[]): Promise<{ source: LogSource } | undefined> {
  for (const { path } of segments) {
    const header = await readHeader(path)
    if (header) return header
  }
  return undefined
}
