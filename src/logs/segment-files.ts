import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogPosition, LogSource } from '../model/log.ts'
import { formatControl, type Header } from './format.ts'
import { type Segment, segmentName, sourceId } from './segments.ts'

/** What is told of files that grow. */
export interface SegmentHost {
  folder: string
  segmentBytes: number
  wrote(segment: Segment): void
  /** Nothing more of that source could be written. */
  failed(id: string, error: Error): void
  /** Nobody writes of that source any more. */
  ended(id: string): void
  /** Nothing is written to it any more. */
  left(segment: Segment): void
}

export interface SegmentFiles extends AsyncDisposable {
  /** Whole or not at all, in the next file where this one is full: `place` is what its header says. */
  append(bytes: Buffer, place: { position: LogPosition | undefined; run: number }): Promise<void>
}

/** The files of one source, of which only the last one is written to. */
export async function segmentFiles(
  host: SegmentHost,
  source: LogSource,
  last: Segment | undefined,
): Promise<SegmentFiles> {
  let current = last && { segment: last, file: await open(last.path, 'r+') }
  // What a daemon that was killed had written of a line.
  await current?.file.truncate(current.segment.bytes)

  async function leave(): Promise<void> {
    if (!current) return
    const { segment, file } = current
    current = undefined
    host.left(segment)
    await file.close()
  }

  async function begin(header: Header): Promise<{ segment: Segment; file: FileHandle }> {
    const id = sourceId(source)
    const number = (current?.segment.number ?? 0) + 1
    const name = segmentName(id, number)
    const path = join(host.folder, name)
    const bytes = formatControl(header)
    const file = await open(path, 'w', 0o600)
    try {
      await writeWhole(file, bytes, 0)
    } catch (error) {
      await file.close()
      await rm(path, { force: true })
      throw error
    }
    await leave()
    return { file, segment: { path, name, id, number, bytes: bytes.length, at: Date.now() } }
  }

  return {
    async append(bytes, { position, run }) {
      try {
        if (!current || current.segment.bytes >= host.segmentBytes) {
          current = await begin({ source, run, ...(position && { after: position }) })
        }
        const { file, segment } = current
        await writeWhole(file, bytes, segment.bytes)
        segment.bytes += bytes.length
        segment.at = Date.now()
        host.wrote(segment)
      } catch (error) {
        host.failed(sourceId(source), error as Error)
        throw error
      }
    },
    async [Symbol.asyncDispose]() {
      await leave()
      host.ended(sourceId(source))
    },
  }
}

/** Nothing of it stays where the disk takes only some. */
async function writeWhole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  try {
    let written = 0
    while (written < bytes.length) {
      written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten
    }
  } catch (error) {
    await file.truncate(at)
    throw error
  }
}
