import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DevkError } from '../../src/base/errors.ts'
import { findProject } from '../../src/base/find-project.ts'
import { readProject } from '../../src/project/read-project.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  file = join(folder, 'devk.yaml')
})
afterEach(() => rm(folder, { recursive: true }))

async function read(text: string) {
  await writeFile(file, text)
  return await readProject(file)
}

const fault = (text: string) =>
  read(text).then(
    () => undefined,
    error => error as DevkError,
  )

it('is found from any folder below it, and nowhere else', async () => {
  await writeFile(file, 'name: shop\n')
  const deep = join(folder, 'services', 'api')
  await mkdir(deep, { recursive: true })
  expect(await findProject(deep)).toBe(file)
  expect(await findProject(tmpdir())).toBeUndefined()
})

it('asks for a kind cluster of its own name where it says nothing of a cluster', async () => {
  const { cluster } = await read('name: shop\n')
  expect(cluster).toMatchObject({ name: 'shop', provider: 'kind', workers: 0, ports: [], mounts: [] })
})

it('reads a cluster with paths relative to itself', async () => {
  await writeFile(join(folder, 'kind.yaml'), 'networking: {}\n')
  const { cluster } = await read(
    'name: shop\ncluster:\n  provider: k3d\n  workers: 2\n  kubernetes: "1.30"\n  ports: ["8080:80"]\n  mounts: ["./data:/data"]\n  labels: { tier: web }\n  config: kind.yaml\n',
  )
  expect(cluster).toEqual({
    name: 'shop',
    provider: 'k3d',
    workers: 2,
    kubernetes: '1.30',
    ports: [{ address: '127.0.0.1', host: 8080, node: 80, protocol: 'tcp' }],
    mounts: [{ from: join(folder, 'data'), to: '/data', readOnly: false }],
    labels: { tier: 'web' },
    config: { path: join(folder, 'kind.yaml'), content: 'networking: {}\n' },
  })
})

describe('a fault is told with its line, its column, the value and the nearest right name', () => {
  it.each([
    ['name: Shop\n', '1:7: name must be 1 to 32 lower-case letters', '"Shop"'],
    ['nam: shop\n', 'nam is not known; did you mean name?', '1:6'],
    ['name: shop\ncluster:\n  workers: -1\n', '3:12: cluster.workers', '-1'],
    ['name: shop\ncluster:\n  kubernetes: 1.30\n', 'must be a string: write it in quotes', '3:15'],
    ['name: shop\ncluster:\n  provider: minikube\n', '3:13: cluster.provider', 'minikube'],
    ['name: shop\ncluster: { provider: existing }\n', 'cluster.context', '2:10'],
    ['name: [\n', '2:1', 'Flow sequence'],
  ])('%j', async (text, ...parts) => {
    const error = await fault(text)
    expect(error?.code).toBe('PROJECT_INVALID')
    for (const part of parts) expect(error?.detail).toContain(part)
  })
})

it('names a provider configuration that is not there', async () => {
  const error = await fault('name: shop\ncluster:\n  config: gone.yaml\n')
  expect(error?.message).toContain(join(folder, 'gone.yaml'))
})
