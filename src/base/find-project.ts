import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export const PROJECT_FILE = 'devk.yaml'

/** The project file of the folder or of the nearest folder above it. */
export async function findProject(folder: string): Promise<string | undefined> {
  const found = await findAbove(folder, above => exists(join(above, PROJECT_FILE)))
  return found === undefined ? undefined : join(found, PROJECT_FILE)
}

/** The folder itself or the nearest one above it that is as asked. */
export async function findAbove(
  folder: string,
  isIt: (folder: string) => Promise<boolean>,
): Promise<string | undefined> {
  if (await isIt(folder)) return folder
  const above = dirname(folder)
  return above === folder ? undefined : await findAbove(above, isIt)
}

export async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    return false
  }
}
