import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Every file of that name on PATH, in its order, and in the folders named besides. */
export async function findPrograms(name: string, besides: readonly string[] = []): Promise<string[]> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...besides]
  const files = [...new Set(folders.map(folder => join(folder, name)))]
  const found = await Promise.all(files.map(isExecutable))
  return files.filter((_, index) => found[index])
}

export async function findProgram(
  name: string,
  besides: readonly string[] = [],
): Promise<string | undefined> {
  return (await findPrograms(name, besides))[0]
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
