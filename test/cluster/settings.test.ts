import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { registrySettings } from '../../src/cluster/registry/settings.ts'

const images = { kind: [], k3d: [], registry: 'registry:3' }
let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  await mkdir(join(home, 'config'))
  vi.stubEnv('DEVK_HOME', home)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true })
})

const configure = (settings: unknown) =>
  writeFile(join(home, 'config', 'config.json'), JSON.stringify(settings))

it('needs no file', async () => {
  const settings = await registrySettings(images, 5051)
  expect(settings).toMatchObject({ image: 'registry:3', port: undefined, knownPort: 5051 })
})

it('takes the port and the mirrors from the file, and the port from the environment before that', async () => {
  await configure({
    registry: { port: 5060, mirrors: { 'registry.example:443': 'https://registry.example' } },
  })
  const settings = await registrySettings(images)
  expect(settings.port).toBe(5060)
  expect(settings.mirrors.at(-1)).toMatchObject({
    host: 'registry.example:443',
    upstream: 'https://registry.example',
  })
  vi.stubEnv('DEVK_REGISTRY_PORT', '5070')
  expect((await registrySettings(images)).port).toBe(5070)
  vi.stubEnv('DEVK_REGISTRY_PORT', 'many')
  await expect(registrySettings(images)).rejects.toMatchObject({ code: 'USAGE' })
})

it.each([
  { registry: { port: 0 } },
  { registry: { prot: 5050 } },
  { registry: { mirrors: { 'a b': 'https://x' } } },
  { registry: { mirrors: { 'docker.io': 'https://x; reboot' } } },
])('refuses %j, and names the file', async settings => {
  await configure(settings)
  await expect(registrySettings(images)).rejects.toMatchObject({
    code: 'SETTINGS_BROKEN',
    message: expect.stringContaining(join(home, 'config', 'config.json')),
  })
})
