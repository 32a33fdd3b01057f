import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { recordFiles } from '../../src/daemon/session/record-files.ts'
import { activities } from '../../src/daemon/sync/activity.ts'
import { type KeptInSync, keepInSync } from '../../src/daemon/sync/keep-in-sync.ts'
import { statCache } from '../../src/docker/build/stat-cache.ts'
import { readProject } from '../../src/project/read-project.ts'

let folder: string
let kept: KeptInSync
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  await mkdir(join(folder, 'k8s'))
  await mkdir(join(folder, 'src'))
  const service = '{ deploy: k8s, sync: [{ from: src, to: /app }] }'
  await writeFile(join(folder, 'devk.yaml'), `name: shop\nservices: { a: ${service}, b: ${service} }\n`)
  kept = keepInSync({
    folder: join(folder, 'state'),
    store: recordFiles(join(folder, 'nodes')),
    stats: statCache(),
    activities: activities(),
    current: () => undefined,
    print: async () => {},
  })
})
afterEach(async () => {
  await kept[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('knows what was asked for before it has begun, so that nobody asks for less meanwhile', async () => {
  const project = await readProject(join(folder, 'devk.yaml'), { env: {} })
  const begun = kept.follow(project, project.services)
  expect(kept.followed?.services.map(({ name }) => name)).toEqual(['a', 'b'])
  await begun
  expect([kept.status('a')?.state, kept.status('b')?.state]).toEqual(['idle', 'idle'])
})

it('follows the last that was asked for, whichever began first', async () => {
  const project = await readProject(join(folder, 'devk.yaml'), { env: {} })
  await Promise.all([kept.follow(project, []), kept.follow(project, project.services)])
  expect(kept.status('b')?.state).toBe('idle')
  expect(kept.leads('b', join(folder, 'src', 'x'))).toBe(true)
})

it('leads nothing while it is paused, also for whoever comes next', async () => {
  const project = await readProject(join(folder, 'devk.yaml'), { env: {} })
  await kept.follow(project, project.services)
  await kept.pause()
  expect(kept.leads('a', join(folder, 'src', 'x'))).toBe(false)
  expect(kept.status('a')?.state).toBe('paused')
  await kept.resume()
  expect(kept.leads('a', join(folder, 'src', 'x'))).toBe(true)
})
