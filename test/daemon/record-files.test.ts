import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { recordFiles } from '../../src/daemon/session/record-files.ts'
import type { NodeRecord } from '../../src/engine/node.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(() => rm(folder, { recursive: true }))

const record = (id: string): NodeRecord => ({
  id,
  needs: ['cluster:cluster'],
  phase: 'done',
  fingerprint: { './src/a.js': 'file 644 1' },
  output: { objects: [{ kind: 'Pod' }] },
  notes: {},
  at: '2026-01-01T00:00:00.000Z',
})

it('finds what was written again, by another session too', async () => {
  const first = recordFiles(folder)
  await first.write(record('image:api'))
  await first.write(record('workload:api'))
  await first.remove('image:api')
  for (const store of [first, recordFiles(folder)]) {
    expect(await store.read('workload:api')).toEqual(record('workload:api'))
    expect(await store.read('image:api')).toBeUndefined()
    expect(await store.list()).toEqual([record('workload:api')])
  }
})

it('lists what it read before it listed, once', async () => {
  await recordFiles(folder).write(record('image:api'))
  const store = recordFiles(folder)
  await store.read('image:api')
  await store.write(record('image:web'))
  expect((await store.list()).map(({ id }) => id).toSorted()).toEqual(['image:api', 'image:web'])
})

it('takes a file that is broken for none, and nothing at all for an empty state', async () => {
  await writeFile(join(folder, 'image%3Aapi.json'), '{"id": "image:api"')
  const store = recordFiles(folder)
  expect(await store.read('image:api')).toBeUndefined()
  expect(await store.list()).toEqual([])
  expect(await recordFiles(join(folder, 'none')).list()).toEqual([])
  await store.write(record('image:api'))
  expect(await readdir(folder)).toEqual(['image%3Aapi.json'])
})
