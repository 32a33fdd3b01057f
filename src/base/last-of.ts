import type { Readable } from 'node:stream'

const KEPT = 4_096

/** Reads a stream whatever it says, and remembers the last of it. */
export function lastOf(stream: Readable): () => string {
  let last = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    last = Buffer.concat([last, chunk]).subarray(-KEPT)
  })
  stream.on('error', () => {})
  return () => last.toString().trim()
}
