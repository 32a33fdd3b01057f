/** Bytes that hold values, as many as stand over each other. */
export interface Range {
  from: number
  to: number
  /** What stands in their place: that of the longest. */
  mark: Buffer
  longest: number
}

export interface FoundValues {
  /** In their order. They end with the bytes that were looked through. */
  ranges: Range[]
  /** From here on something may have begun that ends behind the bytes; no value stands over it that is not in a range. */
  open: number
}

export interface ValueSearch {
  readonly isEmpty: boolean
  /** Bytes without line ends, as latin1. Whose mark came first stays. */
  add(value: string, mark: Buffer): void
  /** Every place of every value between these two. */
  find(bytes: Buffer, start: number, end: number): FoundValues
}

interface Value {
  head: Buffer
  length: number
  mark: Buffer
}

/** A value is known by its beginning, and whatever follows that is taken for the rest of it: so long ones cost no more. */
const HEAD_BYTES = 256
/** By so many first bytes values are looked up. */
const GRAM = 4
const FILTER_BITS = 18

/** All values in one pass. Most places are passed over by a look at few bits that all beginnings have left there. */
export function searchFor(): ValueSearch {
  const byGram = new Map<number, Value[]>()
  const byHead = new Map<string, Value>()
  const filter = new Int32Array(2 ** FILTER_BITS / 32)

  function find(bytes: Buffer, start: number, end: number): FoundValues {
    const ranges: Range[] = []
    // Of so few bytes nobody knows what they begin.
    let open = Math.max(start, end - GRAM + 1)
    let gram = 0
    for (let last = start; last < end; last++) {
      gram = (gram << 8) | (bytes[last] as number)
      const bit = slotOf(gram)
      if (((filter[bit >>> 5] as number) & (1 << (bit & 31))) === 0) continue
      const from = last - GRAM + 1
      if (from < start) continue
      for (const { head, length, mark } of byGram.get(gram) ?? []) {
        const common = Math.min(head.length, end - from)
        if (!begins(bytes, from, head, common)) continue
        if (common === head.length) take(ranges, { from, to: from + length, mark, longest: length })
        if (from + length > end) open = Math.min(open, from)
      }
    }
    const behind = ranges.at(-1)
    if (behind && behind.to > end) behind.to = end
    return { ranges, open }
  }

  return {
    get isEmpty() {
      return byHead.size === 0
    },
    add(value, mark) {
      const head = Buffer.from(value.slice(0, HEAD_BYTES), 'latin1')
      // A slice of a string would keep all of it.
      const key = head.toString('latin1')
      const same = byHead.get(key)
      if (same) {
        same.length = Math.max(same.length, value.length)
        return
      }
      const added = { head, length: value.length, mark }
      byHead.set(key, added)
      const gram = head.readInt32BE(0)
      const bit = slotOf(gram)
      filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31))
      const others = byGram.get(gram)
      if (others) others.push(added)
      else byGram.set(gram, [added])
    },
    find,
  }
}

function slotOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> (32 - FILTER_BITS)
}

function begins(bytes: Buffer, from: number, head: Buffer, length: number): boolean {
  for (let at = GRAM; at < length; at++) if (bytes[from + at] !== head[at]) return false
  return true
}

/** Places come in the order of their beginnings. */
function take(ranges: Range[], next: Range): void {
  const last = ranges.at(-1)
  if (!last || next.from >= last.to) {
    ranges.push(next)
    return
  }
  last.to = Math.max(last.to, next.to)
  if (next.longest <= last.longest) return
  last.longest = next.longest
  last.mark = next.mark
}
