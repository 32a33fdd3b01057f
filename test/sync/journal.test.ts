import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openJournal } from '../../src/sync/journal.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  file = join(folder, 'sync', 'api.json')
})
afterEach(() => rm(folder, { recursive: true }))

it('finds after a kill -9 all that was written into containers', async () => {
  const journal = await openJournal(file)
  await Promise.all([journal.touch('a@1', ['/x']), journal.touch('a@1', ['/y', '/x'])])
  expect([...(await openJournal(file)).touched('a@1')]).toEqual(['/x', '/y'])
})

it('writes nothing for what it has already', async () => {
  const journal = await openJournal(file)
  await journal.touch('a@1', ['/x'])
  await rm(file)
  await journal.touch('a@1', ['/x'])
  await expect(readFile(file)).rejects.toThrow('ENOENT')
})

it('forgets what was written into an image that nobody runs any more, and begins anew with the next', async () => {
  const journal = await openJournal(file)
  await journal.touch('a@1', ['/x'])
  const base = new Map([['/x', 'file 644 1']])
  await journal.keepOnly(['a@2'], new Map([['a@2', base]]))
  const again = await openJournal(file)
  expect(again.touched('a@1').size + again.touched('a@2').size).toBe(0)
  expect(again.base('a@2')).toEqual(base)
  expect(again.base('a@1')).toBeUndefined()
})

it('keeps what an image was built from as it was first told', async () => {
  const journal = await openJournal(file)
  const first = new Map([['/x', 'file 644 1']])
  await journal.keepOnly(['a@1'], new Map([['a@1', first]]))
  await journal.keepOnly(['a@1'], new Map([['a@1', new Map()]]))
  expect(journal.base('a@1')).toEqual(first)
})

it('says that nothing is known where its file is broken', async () => {
  const journal = await openJournal(file)
  await journal.touch('a@1', ['/x'])
  await writeFile(file, '{"a@1":')
  const again = await openJournal(file)
  expect(again.base('a@1')).toBeUndefined()
  expect(again.touched('a@1').size).toBe(0)
})

it('does not take for known what could not be put on disk', async () => {
  await writeFile(join(folder, 'sync'), 'in the way')
  const journal = await openJournal(file)
  await expect(journal.touch('a@1', ['/x'])).rejects.toThrow()
  expect(journal.touched('a@1').size).toBe(0)
})
