import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const FILE_NAME = 'devk.yaml'

/** The project file of the folder or of the nearest folder above it. */
export async function findProject(folder: string): Promise<string | undefined> {
  const file = join(folder, FILE_NAME)
  if (await exists(file)) return file
  const above = dirname(folder)
  return above === folder ? undefined : await findProject(above)
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    return false
  }
}
