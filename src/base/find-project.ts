import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const PROJECT_FILE = 'devk.yaml'

// What every command looks for first is looked for at once: loading Node's promises costs more than all of it.

/** The project file of the folder or of the nearest folder above it. */
export function findProject(folder: string): string | undefined {
  const found = findAbove(folder, above => existsSync(join(above, PROJECT_FILE)))
  return found === undefined ? undefined : join(found, PROJECT_FILE)
}

/** The folder itself or the nearest one above it that is as asked. */
export function findAbove(folder: string, isIt: (folder: string) => boolean): string | undefined {
  if (isIt(folder)) return folder
  const above = dirname(folder)
  return above === folder ? undefined : findAbove(above, isIt)
}
