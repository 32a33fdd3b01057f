import { stat } from 'node:fs/promises'

/** Tells one build of a bundle from another: an upgrade or an edit in a clone makes a new one. */
export async function buildId(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file)
  return `${size}-${Math.round(mtimeMs)}`
}
