import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildClients, clientDialect } from '../../../src/docker/build/build-clients.ts'
import { recordingRun } from '../../../src/exec/recording.ts'

let folder: string
let env: NodeJS.ProcessEnv
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-clients-'))
  for (const name of ['new', 'old']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'docker'), '', { mode: 0o755 })
  }
  await symlink('old', join(folder, 'link'))
  await mkdir(join(folder, 'plain'))
  await writeFile(join(folder, 'plain', 'docker'), '', { mode: 0o644 })
  env = { PATH: ['new', 'plain', 'link', 'old'].map(name => join(folder, name)).join(':'), DEVK_HOME: folder }
})
afterEach(() => rm(folder, { recursive: true }))

const { signal } = new AbortController()

it('finds each client once, under the name that is first on PATH', async () => {
  expect(await buildClients(env)).toEqual([join(folder, 'new/docker'), join(folder, 'link/docker')])
})

it.each([
  ['with buildx', 0, 'buildx', 2],
  ['without buildx', 1, 'classic', 3],
])(
  'takes the rules of the first client that can build: the new one %s',
  async (_, exitCode, dialect, count) => {
    const { run, commands } = recordingRun(({ file, args }) => {
      if (args[0] === 'buildx') return { exitCode }
      return { stdout: `Docker version ${file.includes('new') ? '28.2.2' : '20.10.24+dfsg1'}, build e6534b4` }
    })
    const ask = clientDialect(run, { signal, env })
    expect([await ask(), await ask()]).toEqual([dialect, dialect])
    expect(commands).toHaveLength(count)
  },
)
