import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../base/errors.ts'
import type { LogSource } from '../model/log.ts'
import { type Header, parseSegment } from './format.ts'

/** One file of a source: they follow each other by number. */
export interface Segment {
  path: string
  /** Of its file. */
  name: string
  /** The same for all files of a source. */
  id: string
  number: number
  bytes: number
  /** When it was last written to. */
  at: number
}

/** Headers are short; what a line of them may have at most. */
const HEADER_BYTES = 2_048

/** All files of a folder, each source's in their order; none where the folder is not there. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
  return await lookAtSegments(folder, names)
}

/** Those of these names that are there. */
export async function lookAtSegments(folder: string, names: Iterable<string>): Promise<Segment[]> {
  const found = await Promise.all([...names].map(name => lookAt(folder, name)))
  return found.filter(segment => segment !== undefined).toSorted((a, b) => a.number - b.number)
}

export function segmentName(id: string, number: number): string {
  return `${id}.${number}.log`
}

/** Readable by people too: `api-6d9f_server_1a2b3c4d`. */
export function sourceId({ service, pod, uid, container }: LogSource): string {
  if (container === undefined) return `${service}_events`
  return `${pod}_${container}_${uid.slice(0, 8)}`
}

/** Undefined where it is gone by now, or was never finished. */
export async function readHeader(path: string): Promise<Header | undefined> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    return parseSegment(buffer.subarray(0, bytesRead)).header
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Empty where the file is gone by now: the ring goes on while it is read. */
export async function readSegment(path: string): Promise<Buffer> {
  return await readFile(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
}

async function lookAt(folder: string, name: string): Promise<Segment | undefined> {
  const [, id, number] = /^(.+)\.(\d+)\.log$/.exec(name) ?? []
  if (id === undefined || number === undefined) return undefined
  const path = join(folder, name)
  const found = await stat(path).catch(() => undefined)
  return found && { path, name, id, number: Number(number), bytes: found.size, at: found.mtimeMs }
}
