import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSecret, saveSecret } from '../../../src/secrets/change/edit-secret.ts'
import { setSecret } from '../../../src/secrets/change/set-secret.ts'
import { formatOf } from '../../../src/secrets/document.ts'
import { type RealSops, realSops } from '../support/real-sops.ts'

const { signal } = new AbortController()
let sops: RealSops

beforeAll(async () => {
  sops = await realSops()
})
afterAll(async () => await sops[Symbol.asyncDispose]())

async function fileWith(file: string, plain: string) {
  const folder = join(sops.home, crypto.randomUUID())
  await mkdir(folder)
  await writeFile(join(folder, file), await sops.encrypt(plain, formatOf(file)))
  return { file, folder, env: { ...sops.env('x25519'), EDITOR: 'true' }, signal }
}

const FILES: [file: string, plain: string][] = [
  ['a.yaml', '# top\na: one\nb:\n    - x\n'],
  ['a.json', '{\n\t"a": "one",\n\t"b": 1.5\n}\n'],
  ['a.env', '# top\na=one\nb=two\\nlines\n'],
  ['a.ini', '; c\n[s]\na = one\nb = "  x"\n'],
]

describe('a file in an editor', () => {
  it.each(FILES)('has all of %s, and is written with what was changed alone', async (file, plain) => {
    const options = await fileWith(file, plain)
    const opened = await openSecret(options)
    const text = Buffer.from(opened.text, 'base64').toString()
    expect(text).toBe(plain)
    const changed = text.replace('one', 'new')
    await saveSecret(Buffer.from(changed), { ...options, stamp: opened.stamp })
    const sealed = await readFile(join(options.folder, file))
    expect((await sops.decrypt(sealed, formatOf(file))).toString()).toBe(changed)
  })

  it.each([
    ['a.env', 'a=one\nb=two\n', 'b', 'C:\\new'],
    ['a.ini', '[s]\na = one\nb = two\n', 's.b', '"two"'],
  ])(
    'is refused where %s has a value that would be read back as another',
    async (file, plain, key, value) => {
      const options = await fileWith(file, plain)
      await setSecret({ ...options, key, value: Buffer.from(value), type: undefined, mayBePlain: false })
      const refused = openSecret(options)
      await expect(refused).rejects.toMatchObject({
        code: 'SECRETS_MALFORMED',
        hint: expect.stringContaining('set'),
      })
      await expect(refused).rejects.not.toHaveProperty('message', expect.stringContaining(value))
    },
  )
})
