import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const example = resolve(import.meta.dirname, '../../../examples/shop')

export interface Shop {
  folder: string
  /** The key of its secrets. */
  key: string
  /** Replaces text in one of its files; throws where it is not there. */
  edit: (file: string, before: string, after: string) => Promise<void>
  remove: (file: string) => Promise<void>
}

/** A copy of the example under a name of its own. */
export async function newShop(folder: string, name: string, provider: string): Promise<Shop> {
  await cp(example, folder, { recursive: true })
  const edit: Shop['edit'] = async (file, before, after) => {
    const path = join(folder, file)
    const text = await readFile(path, 'utf8')
    if (!text.includes(before)) throw new Error(`${file} has no ${JSON.stringify(before)}`)
    await writeFile(path, text.replace(before, after))
  }
  await edit('devk.yaml', 'name: shop', `name: ${name}`)
  await edit('devk.yaml', 'cluster:\n', `cluster:\n  provider: ${provider}\n`)
  const key = join(folder, 'secrets', 'example.agekey')
  return { folder, key, edit, remove: file => rm(join(folder, file)) }
}
