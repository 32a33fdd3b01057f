import { createHash } from 'node:crypto'
import { type FoundValues, type Range, searchFor } from './find-values.ts'
import { formsOf } from './forms.ts'

/**
 * The values that nothing which is kept or shown may have, and what stands in their place: `[hidden: NAME/ENTRY]`.
 * Nothing of it is forgotten: what was started before a secret was changed goes on to print the one before.
 */
export interface Hidden {
  /** Another one once there is more to hide. */
  readonly version: number
  /** Hides what a Secret holds: each value whole, its lines, its leaves where it is a document, and how they are written. */
  hide(name: string, entries: ReadonlyMap<string, Buffer>): void
  redact(text: string): string
  /** Of whole lines; of each so many bytes at its beginning stay as they are. The same bytes where nothing is hidden. */
  redactLines(lines: Buffer, kept: number): Buffer
  /** What is decided of a line that goes on, and how much of it that is: what may be a value's beginning is left. */
  redactBegun(line: Buffer, kept: number): { bytes: Buffer; taken: number }
}

const NEWLINE = 0x0a

/** `leavesOf` tells the values within a value, where that is a document. */
export function openHidden(leavesOf: (value: Buffer) => Buffer[] = () => []): Hidden {
  const values = searchFor()
  const known = new Set<string>()
  let version = 0

  function redactLines(lines: Buffer, kept: number): Buffer {
    if (values.isEmpty) return lines
    const found: Range[] = []
    for (let start = 0; start < lines.length; ) {
      const newline = lines.indexOf(NEWLINE, start)
      const end = newline < 0 ? lines.length : newline
      for (const range of values.find(lines, start + kept, end).ranges) found.push(range)
      start = end + 1
    }
    return replaced(lines, 0, lines.length, found)
  }

  return {
    get version() {
      return version
    },
    hide(name, entries) {
      for (const [entry, value] of entries) {
        const key = `${name}/${entry} ${createHash('sha256').update(value).digest('base64')}`
        if (known.has(key)) continue
        known.add(key)
        const mark = Buffer.from(`[hidden: ${name}/${entry}]`)
        const leaves = leavesOf(value)
        for (const form of formsOf(value, { isDocument: leaves.length > 0 })) values.add(form, mark)
        for (const leaf of leaves) for (const form of formsOf(leaf)) values.add(form, mark)
        version++
      }
    },
    redact(text) {
      if (values.isEmpty) return text
      const bytes = Buffer.from(text)
      const shown = redactLines(bytes, 0)
      return shown === bytes ? text : shown.toString()
    },
    redactLines,
    redactBegun(line, kept) {
      if (values.isEmpty) return { bytes: line.subarray(kept), taken: line.length - kept }
      const found = values.find(line, kept, line.length)
      const end = decidedUntil(found)
      const ranges = found.ranges.filter(({ from }) => from < end)
      return { bytes: replaced(line, kept, end, ranges), taken: end - kept }
    },
  }
}

/** Where no value stands over, whatever follows: what comes after it is the same as if the line began there. */
function decidedUntil({ ranges, open }: FoundValues): number {
  const within = ranges.find(({ from, to }) => from < open && open < to)
  return within ? within.from : open
}

function replaced(bytes: Buffer, start: number, end: number, ranges: readonly Range[]): Buffer {
  if (ranges.length === 0) return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
  const parts: Buffer[] = []
  let at = start
  for (const { from, to, mark } of ranges) {
    parts.push(bytes.subarray(at, from), mark)
    at = to
  }
  parts.push(bytes.subarray(at, end))
  return Buffer.concat(parts)
}
