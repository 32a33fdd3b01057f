import { malformed } from '../faults.ts'

/** Bytes that are UTF-8, or a fault: what can't be printed back as it was can't be verified either. */
export function utf8(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformed(file, 'it is not UTF-8')
  }
}

/** Deeper than any file that people write, and not so deep that reading it ends the process. */
export const DEEPEST = 500
