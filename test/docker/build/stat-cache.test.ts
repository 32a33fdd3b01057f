import { type BigIntStats, lstatSync } from 'node:fs'
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { statCache } from '../../../src/docker/build/stat-cache.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-stat-cache-'))
})
afterEach(() => rm(folder, { recursive: true }))

const digest = 'a'.repeat(64)
const later = (stats: BigIntStats, ms: number) => Number(stats.ctimeNs / 1_000_000n) + ms
const look = (path: string) => lstatSync(path, { bigint: true })

async function written(name = 'file'): Promise<{ path: string; stats: BigIntStats }> {
  const path = join(folder, name)
  await writeFile(path, 'content')
  await utimes(path, 1, 1)
  return { path, stats: look(path) }
}

it('knows a file again, in the next process too, until anything about it changes', async () => {
  const { path, stats } = await written()
  const cache = statCache(join(folder, 'cache'))
  await cache.load()
  cache.remember(path, stats, digest, later(stats, 5_000))
  await cache.save()

  const next = statCache(join(folder, 'cache'))
  await next.load()
  expect(next.digest(path, look(path))).toBe(digest)
  expect(next.digest(join(folder, 'other'), stats)).toBeUndefined()
  for (const change of ['size', 'mtimeNs', 'ctimeNs', 'ino', 'mode'] as const) {
    const other = Object.assign(look(path), { [change]: stats[change] + 1n })
    expect(next.digest(path, other), change).toBeUndefined()
  }
})

it('does not trust what was written just before it was read', async () => {
  const { path, stats } = await written()
  const cache = statCache()
  cache.remember(path, stats, digest, later(stats, 5_000))
  cache.remember(path, stats, digest, later(stats, 1_000))
  expect(cache.digest(path, stats)).toBeUndefined()
})

it.each([
  'no JSON',
  'null',
  '[]',
  '{"version":1}',
  '{"version":0,"files":{}}',
  '{"version":1,"files":{"/x":5,"/y":[1,2,3],"/z":["a","b",1]}}',
])('takes the broken file %j for an empty one, and replaces it', async content => {
  const file = join(folder, 'cache')
  await writeFile(file, content)
  const cache = statCache(file)
  await cache.load()
  const { path, stats } = await written()
  expect(cache.digest(path, stats)).toBeUndefined()
  cache.remember(path, stats, digest, later(stats, 5_000))
  await cache.save()
  const next = statCache(file)
  await next.load()
  expect(next.digest(path, stats)).toBe(digest)
})

it('writes nothing where there is nothing new, and drops what was not of use for a month', async () => {
  const file = join(folder, 'cache')
  const { path, stats } = await written()
  const { size, mtimeNs, ctimeNs, ino, mode } = stats
  const stamp = `${size} ${mtimeNs} ${ctimeNs} ${ino} ${mode}`
  const saved = JSON.stringify({ version: 1, files: { [path]: [stamp, digest, 1], '/old': ['', digest, 1] } })
  await writeFile(file, saved)
  const cache = statCache(file)
  await cache.load()
  await cache.save()
  expect(await readFile(file, 'utf8')).toBe(saved)
  expect(cache.digest(path, stats)).toBe(digest)
  await cache.save()
  expect(Object.keys(JSON.parse(await readFile(file, 'utf8')).files)).toEqual([path])
})
