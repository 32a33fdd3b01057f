import { statSync } from 'node:fs'

/** Tells one build of a bundle from another: an upgrade or an edit in a clone makes a new one. */
export function buildId(file: string): string {
  const { size, mtimeMs } = statSync(file)
  return `${size}-${Math.round(mtimeMs)}`
}
