import { type FSWatcher, watch } from 'node:fs'
import { open } from 'node:fs/promises'
import { errorCode } from '../base/errors.ts'
import { sleep } from '../base/time.ts'
import type { LogSource } from '../model/log.ts'
import { type LogLine, parseSegment } from './format.ts'
import { listSegments, readHeader, readSegment, type Segment } from './segments.ts'

export type Followed = LogLine[] | { missed: LogSource }

/** Lines that come close together are put in the order of their times. */
const TOGETHER_MS = 40
/** Where changes of the folder can't be heard of. */
const LOOK_MS = 250
const MOST_AT_ONCE = 1024 * 1024

interface Place {
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
  using changes = hearChanges(folder, signal)
  while (!signal.aborted) {
    const lines: LogLine[] = []
    let more = false
    const byId = Map.groupBy(await listSegments(folder), ({ id }) => id)
    for (const [id, segments] of byId) {
      const place = places.get(id) ?? (await placeOf(segments, begin.get(id), wants))
      if (!place) continue
      places.set(id, place)
      if (!place.wanted) continue
      const read = await readOn(place, segments)
      if (read.missed) yield { missed: place.source }
      lines.push(...read.lines)
      more ||= read.more
    }
    for (const id of places.keys()) if (!byId.has(id)) places.delete(id)
    if (lines.length > 0) yield lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    if (more) continue
    await changes.next()
    await sleep(TOGETHER_MS, signal).catch(() => {})
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
  const parsed = seen && parseSegment((await readSegment(seen.path)).subarray(0, seen.bytes))
  if (!seen || !parsed?.header) {
    const header = await readHeader(first.path)
    if (!header) return undefined
    const { source, run, after } = header
    const place = { source, run, wanted: wants(source), offset: 0 }
    // What it was to go on after is gone already.
    if (seen) return { ...place, number: seen.number, last: GONE }
    return { ...place, number: first.number, last: after?.time }
  }
  const { header, lines, run, end } = parsed
  const { source, after } = header
  const last = lastWholeTime(lines) ?? after?.time
  return { source, run, wanted: wants(source), number: seen.number, offset: end, last }
}

/** All that is whole after the place, which moves on. */
async function readOn(
  place: Place,
  segments: readonly Segment[],
): Promise<{ lines: LogLine[]; more: boolean; missed: boolean }> {
  const lines: LogLine[] = []
  let missed = false
  for (const { path, number, bytes } of segments) {
    if (number < place.number || bytes === 0) continue
    if (number > place.number) {
      const before = (await readHeader(path))?.after?.time
      missed ||= before !== place.last
      Object.assign(place, { number, offset: 0 })
    }
    if (bytes <= place.offset) continue
    const piece = await readPiece(path, place.offset, Math.min(bytes - place.offset, MOST_AT_ONCE))
    const parsed = parseSegment(piece, place)
    place.offset += parsed.end
    place.run = parsed.run
    place.last = lastWholeTime(parsed.lines) ?? place.last
    lines.push(...parsed.lines)
    if (parsed.end > 0 && place.offset < bytes) return { lines, more: true, missed }
  }
  return { lines, more: false, missed }
}

function lastWholeTime(lines: readonly LogLine[]): string | undefined {
  return lines.findLast(({ end }) => end !== 'part')?.time
}

async function readPiece(path: string, offset: number, length: number): Promise<Buffer> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

function hearChanges(folder: string, signal: AbortSignal): Disposable & { next(): Promise<void> } {
  let changed = true
  let tell = () => {}
  let watcher: FSWatcher | undefined
  const hear = () => {
    changed = true
    tell()
  }
  signal.addEventListener('abort', hear, { once: true })
  const listen = () => {
    try {
      watcher = watch(folder, hear)
      watcher.on('error', () => {
        watcher?.close()
        watcher = undefined
        hear()
      })
    } catch {
      // Not there yet, or no more watches are to be had: it is looked at now and then.
    }
  }
  return {
    async next() {
      if (!watcher) {
        listen()
        return await sleep(LOOK_MS, signal).catch(() => {})
      }
      if (!changed) await new Promise<void>(resolve => (tell = resolve))
      changed = false
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', hear)
      watcher?.close()
    },
  }
}
