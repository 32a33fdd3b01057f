import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeFileAtomic } from '../../src/base/write-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('makes the folders on the way and is readable by its owner only', async () => {
  const file = join(folder, 'a', 'b', 'record.json')
  await writeFileAtomic(file, 'content')
  expect(await readFile(file, 'utf8')).toBe('content')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('leaves the old file and no draft where it fails', async () => {
  const file = join(folder, 'record.json')
  await writeFileAtomic(file, 'old')
  await expect(writeFileAtomic(file, Symbol('no content') as unknown as string)).rejects.toThrow()
  expect(await readFile(file, 'utf8')).toBe('old')
  expect(await readdir(folder)).toEqual(['record.json'])
})
