import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dockerHost } from '../../src/docker/endpoint.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function addContext(name: string, host: string): Promise<void> {
  const path = join(folder, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'))
  await mkdir(path, { recursive: true })
  await writeFile(
    join(path, 'meta.json'),
    JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
  )
}

it('is the default socket where nothing else is said', async () => {
  expect(await dockerHost({ DOCKER_CONFIG: folder })).toBe('unix:///var/run/docker.sock')
})

it('is DOCKER_HOST before anything else', async () => {
  const env = { DOCKER_CONFIG: folder, DOCKER_HOST: 'tcp://10.0.0.1:2375', DOCKER_CONTEXT: 'colima' }
  expect(await dockerHost(env)).toBe('tcp://10.0.0.1:2375')
})

it('is the current context’s, as Docker’s own client has it', async () => {
  await addContext('colima', 'unix:///colima.sock')
  await writeFile(join(folder, 'config.json'), '{"currentContext":"colima"}')
  expect(await dockerHost({ DOCKER_CONFIG: folder })).toBe('unix:///colima.sock')
  await addContext('other', 'unix:///other.sock')
  expect(await dockerHost({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'other' })).toBe('unix:///other.sock')
})

it('names a context that has no endpoint', async () => {
  await expect(dockerHost({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'gone' })).rejects.toMatchObject({
    code: 'DOCKER_CONTEXT',
  })
})
