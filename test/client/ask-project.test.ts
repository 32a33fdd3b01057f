import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { paths } from '../../src/base/paths.ts'
import { projectHome } from '../../src/base/project-home.ts'
import { type Devk, devkFromSource } from '../cli/support/devk-from-source.ts'

let folder: string
let devk: Devk
let socket: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'devk-unit-')))
  await writeFile(join(folder, 'devk.yaml'), 'name: asked\n')
  socket = projectHome(folder, paths({ DEVK_HOME: folder })).socket
  await mkdir(dirname(socket), { recursive: true, mode: 0o700 })
  devk = await devkFromSource()
})
afterAll(async () => {
  await devk[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const status = () => devk.run(['status'], { cwd: folder, env: { ...process.env, DEVK_HOME: folder } })

it('goes on without a daemon that was killed before it took the request up', async () => {
  const script = `require('node:net')
    .createServer(() => process.kill(process.pid, 'SIGKILL'))
    .listen(${JSON.stringify(socket)}, () => console.log('listens'))`
  const dying = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(dying.stdout, 'data')
  const { code, stderr } = await status()
  expect(dying.signalCode).toBe('SIGKILL')
  expect(stderr).toContain('Nothing of this project was brought up')
  expect(code).toBe(1)
})

it('gives up a daemon that takes no request up, however often it is asked', async () => {
  await rm(socket, { force: true })
  const server = createServer(connection => connection.destroy()).listen(socket)
  await once(server, 'listening')
  const { code, stderr } = await status()
  server.close()
  expect(stderr).toContain('ended before it answered')
  expect(code).toBe(3)
})
