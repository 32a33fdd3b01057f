import type { RunReport } from './project-status.ts'

const SHOWN = 6

/** What a failure held back: what would have come last says most. */
export function heldText(held: RunReport['held']): string {
  const shown = held.slice(-SHOWN).map(({ what }) => what)
  const more = held.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
