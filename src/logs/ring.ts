import { mkdir, rm } from 'node:fs/promises'
import { toDevkError } from '../base/errors.ts'
import { type Hidden, openHidden } from '../base/hidden/hidden.ts'
import type { LogSource } from '../model/log.ts'
import type { SegmentHost } from './segment-files.ts'
import { listSegments, type Segment, sourceId } from './segments.ts'
import { type LogWriter, openWriter } from './writer.ts'

/** The lines of many sources on disk, of which the oldest go first. One process writes; anybody reads. */
export interface LogRing {
  /** Why nothing more can be kept at this moment. */
  readonly trouble: string | undefined
  /** Its owner ends it; a source has one at a time. What a container prints is kept without what is hidden. */
  writer(source: LogSource): Promise<LogWriter>
  /** How much is kept from now on. */
  limit(maxBytes: number): void
}

/** Files are small beside the whole, so that little goes at once. */
const PARTS = 200
const MOST_FILES = 2_000

/** Events come as devk itself writes them, and have nothing hidden in them by then. */
const nothing = openHidden()

export async function openRing(
  folder: string,
  { maxBytes, hidden }: { maxBytes: number; hidden: Hidden },
): Promise<LogRing> {
  let most = maxBytes
  const known = new Map((await listSegments(folder)).map(segment => [segment.path, segment]))
  /** Those that are written to at this moment. */
  const growing = new Set<string>()
  /** What keeps a source from being kept, until it is again: others may find some room meanwhile. */
  const troubles = new Map<string, string>()
  let pruning: Promise<void> | undefined
  let bytes = [...known.values()].reduce((sum, segment) => sum + segment.bytes, 0)

  function changed(segment: Segment): void {
    bytes += segment.bytes - (known.get(segment.path)?.bytes ?? 0)
    known.set(segment.path, { ...segment })
    keepWithin()
  }

  function keepWithin(): void {
    if (bytes > most || known.size > MOST_FILES) pruning ??= prune().finally(() => (pruning = undefined))
  }

  async function prune(): Promise<void> {
    const old = [...known.values()].filter(({ path }) => !growing.has(path)).toSorted((a, b) => a.at - b.at)
    for (const segment of old) {
      if (bytes <= most && known.size <= MOST_FILES) return
      known.delete(segment.path)
      bytes -= segment.bytes
      await rm(segment.path, { force: true })
    }
  }

  const host: SegmentHost = {
    folder,
    get segmentBytes() {
      return Math.ceil(most / PARTS)
    },
    wrote(segment) {
      troubles.delete(segment.id)
      growing.add(segment.path)
      changed(segment)
    },
    ended: id => void troubles.delete(id),
    failed: (id, error) => void troubles.set(id, toDevkError(error).message),
    left(segment) {
      growing.delete(segment.path)
      changed(segment)
    },
  }
  return {
    get trouble() {
      return troubles.values().next().value
    },
    limit(maxBytes) {
      most = maxBytes
      keepWithin()
    },
    async writer(source) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const id = sourceId(source)
      const before = [...known.values()].filter(segment => segment.id === id)
      const last = before.at(-1)
      if (last) growing.add(last.path)
      return await openWriter(host, source, before, source.container === undefined ? nothing : hidden)
    },
  }
}
