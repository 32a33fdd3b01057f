import { writeSync } from 'node:fs'
import { errorCode } from '../base/errors.ts'

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const

/** Writes at once: opening Node's own stream costs a command 4 ms, and is left for a pipe that is full. */
export function writeNow(stream: keyof typeof DESCRIPTORS, text: string): void {
  const bytes = Buffer.from(text)
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(DESCRIPTORS[stream], bytes, written)
  } catch (error) {
    // Whoever read it has read enough.
    if (errorCode(error) === 'EPIPE') return
    if (errorCode(error) !== 'EAGAIN') throw error
    process[stream].write(bytes.subarray(written))
  }
}
