import type { EncryptedValue } from '../encrypted-values.ts'

/** Shorter ones would hide half of what a log says, and are not hidden there. */
const SHORTEST_HIDDEN = 6

/** Where a file's encrypted values are that no log hides. */
export function shortValues(values: readonly EncryptedValue[]): string[] {
  const short = values.filter(({ value }) => value.bytes.length < SHORTEST_HIDDEN)
  return [...new Set(short.map(({ path }) => path))]
}
