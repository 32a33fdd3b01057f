import { closest, distance } from 'fastest-levenshtein'

/** The known name that is near enough to be meant. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  const candidate = closest(word, names)
  return distance(word, candidate) <= Math.max(2, Math.floor(word.length / 3)) ? candidate : undefined
}

/** `; did you mean services?`, or nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const name = nearestName(word, names)
  return name === undefined || name === word ? '' : `; did you mean ${name}?`
}
