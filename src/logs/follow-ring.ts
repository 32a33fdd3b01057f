import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../base/errors.ts'
import { sleep } from '../base/time.ts'
import type { LogSource } from '../model/log.ts'
import { type LogLine, parseSegment } from './format.ts'
import { hearChanges } from './hear-changes.ts'
import {
  listSegments,
  lookAtSegments,
  readHeader,
  readSegment,
  type Segment,
  segmentName,
} from './segments.ts'

export type Followed = LogLine[] | { missed: LogSource }

/** Lines of several sources that come close together are put in the order of their times. */
const TOGETHER_MS = 25
const MOST_AT_ONCE = 1024 * 1024

/** How far a source was read. */
interface Place {
  id: string
  source: LogSource
  wanted: boolean
  number: number
  offset: number
  run: number
  /** The time of the last line before it. */
  last: string | undefined
}

/**
 * What is added to a ring after this moment's files, in the order of its times as far as it comes together, until the
 * signal. Who reads slowly holds up nobody: what the ring has dropped by then is told as missed.
 */
export async function* followRing(
  folder: string,
  {
    wants,
    from,
    signal,
  }: { wants: (source: LogSource) => boolean; from: readonly Segment[]; signal: AbortSignal },
): AsyncGenerator<Followed> {
  const places = new Map<string, Place>()
  const begin = new Map(from.map(segment => [segment.id, segment]))
  const unfinished = new Set<string>()
  using changes = hearChanges(folder, signal)
  while (!signal.aborted) {
    const changed = unfinished.size > 0 ? new Set(unfinished) : await changes.next()
    unfinished.clear()
    const several = [...places.values()].filter(({ wanted }) => wanted).length > 1
    if (several) await sleep(TOGETHER_MS, signal).catch(() => {})
    const segments = changed === 'all' ? await listSegments(folder) : await lookAtSegments(folder, changed)
    const lines: LogLine[] = []
    for (const [id, own] of Map.groupBy(segments, each => each.id)) {
      const place = places.get(id) ?? (await placeOf(own, begin.get(id), wants))
      if (!place) continue
      places.set(id, place)
      if (!place.wanted) continue
      const read = await readOn(folder, place, own)
      if (read.missed) yield { missed: place.source }
      lines.push(...read.lines)
      for (const name of read.unfinished) unfinished.add(name)
    }
    if (lines.length > 0) yield lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  }
}

const GONE = 'gone'

/** Where reading begins: after what was there at first, or with the first file of what is new. */
async function placeOf(
  segments: readonly Segment[],
  seen: Segment | undefined,
  wants: (source: LogSource) => boolean,
): Promise<Place | undefined> {
  const [first] = segments
  if (!first) return undefined
  const { id } = first
  const parsed = seen && parseSegment((await readSegment(seen.path)).subarray(0, seen.bytes))
  if (!seen || !parsed?.header) {
    const header = await readHeader(first.path)
    if (!header) return undefined
    const { source, run, after } = header
    const place = { id, source, run, wanted: wants(source), offset: 0 }
    // What it was to go on after is gone already.
    if (seen) return { ...place, number: seen.number, last: GONE }
    return { ...place, number: first.number, last: after?.time }
  }
  const { header, lines, run, end } = parsed
  const { source, after } = header
  const last = lastWholeTime(lines) ?? after?.time
  return { id, source, run, wanted: wants(source), number: seen.number, offset: end, last }
}

/** All that is whole after the place, which moves on; of very much, some, and what of it is left. */
async function readOn(
  folder: string,
  place: Place,
  segments: readonly Segment[],
): Promise<{ lines: LogLine[]; unfinished: string[]; missed: boolean }> {
  const lines: LogLine[] = []
  let missed = false
  for (const [index, { path, number, bytes }] of segments.entries()) {
    if (number < place.number || bytes === 0) continue
    if (number > place.number) {
      // It is written to no more, and may have grown since it was looked at.
      lines.push(...(await readToEnd(folder, place)))
      const before = (await readHeader(path))?.after?.time
      missed ||= before !== place.last
      Object.assign(place, { number, offset: 0 })
    }
    lines.push(...(await readPart(path, place)))
    if (place.offset < bytes && lines.length > 0) {
      return { lines, missed, unfinished: segments.slice(index).map(({ name }) => name) }
    }
  }
  return { lines, missed, unfinished: [] }
}

async function readToEnd(folder: string, place: Place): Promise<LogLine[]> {
  const path = join(folder, segmentName(place.id, place.number))
  const lines: LogLine[] = []
  for (let offset = -1; offset < place.offset; ) {
    offset = place.offset
    lines.push(...(await readPart(path, place)))
  }
  return lines
}

async function readPart(path: string, place: Place): Promise<LogLine[]> {
  const { lines, run, end } = parseSegment(await readPiece(path, place.offset), place)
  place.offset += end
  place.run = run
  place.last = lastWholeTime(lines) ?? place.last
  return lines
}

function lastWholeTime(lines: readonly LogLine[]): string | undefined {
  return lines.findLast(({ end }) => end !== 'part')?.time
}

async function readPiece(path: string, offset: number): Promise<Buffer> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    const length = Math.min(Math.max(size - offset, 0), MOST_AT_ONCE)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
