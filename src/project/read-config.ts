import { readFile } from 'node:fs/promises'
import { DevkError } from '../base/errors.ts'

/** A provider's own configuration. Throws PROJECT_INVALID where it can't be read. */
export async function readConfig(path: string): Promise<{ path: string; content: string }> {
  try {
    return { path, content: await readFile(path, 'utf8') }
  } catch (cause) {
    throw new DevkError({
      code: 'PROJECT_INVALID',
      message: `The cluster configuration ${path} can't be read: ${(cause as Error).message}`,
      hint: 'Correct the path in cluster.config, or remove it.',
      cause,
    })
  }
}
