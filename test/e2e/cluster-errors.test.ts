import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { paths } from '../../src/base/paths.ts'
import { type Home, newHome } from './support/devk.ts'
import { docker, leftovers } from './support/machine.ts'

const name = 'e2e-errors'
let home: Home

beforeEach(async () => {
  home = await newHome()
})

afterEach(async () => {
  await home[Symbol.asyncDispose]()
})

const create = (env: NodeJS.ProcessEnv = {}, ...more: string[]) =>
  home.start(['cluster', 'create', name, ...more], { env }).ended

it('a wrong Docker socket is named, with the next step', async () => {
  const result = await create({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })
  expect(result.code).toBe(1)
  expect(result.stderr).toContain(
    "Docker can't be reached at unix:///nowhere/docker.sock: there is no such socket.",
  )
  expect(result.stderr).toContain('Start Docker')
})

it('a Docker address where nothing listens is told apart from a missing socket', async () => {
  const result = await create({ DOCKER_HOST: 'tcp://127.0.0.1:9' })
  expect(result.stderr).toContain("Docker can't be reached at tcp://127.0.0.1:9: nothing listens there.")
})

it('a host port that is taken is named with its owner before anything is made', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  try {
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const result = await create({}, '--port', `${port}:80`)
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(`Port ${port} of this machine is taken by`)
    expect(result.stderr).toContain(`(process ${process.pid})`)
    expect(result.stderr).toContain('Nothing was made.')
    expect(await leftovers(name)).toEqual([])
  } finally {
    server.close()
  }
})

it('a missing kind is named before anything is made', async () => {
  const bare = join(home.folder, 'bare')
  await mkdir(bare)
  await rm(join(home.folder, 'data'))
  await mkdir(join(home.folder, 'data'))
  for (const tool of ['sh', 'env', 'dirname', 'readlink', 'find', 'head'])
    await symlink(`/usr/bin/${tool}`, join(bare, tool))
  const result = await create({ PATH: bare })
  expect(result.code).toBe(1)
  expect(result.stderr).toContain('kind is not installed')
  expect((await home.devk('cluster', 'status', name)).stdout).toContain('There is no cluster')
})

it('a kind that fails leaves nothing behind, and its output is shown', async () => {
  const bin = join(home.folder, 'data', 'bin')
  await rm(join(home.folder, 'data'))
  await mkdir(bin, { recursive: true })
  await writeFile(join(home.folder, 'data', 'machine.json'), await readFile(paths().machine))
  await writeFile(join(bin, 'kind'), '#!/bin/sh\necho "ERROR: no space left on device" >&2\nexit 1\n')
  await chmod(join(bin, 'kind'), 0o755)
  const result = await create()
  expect(result.code).toBe(1)
  expect(result.stderr).toContain(`kind could not make cluster ${name}: the disk is full`)
  expect(result.stderr).toContain('no space left on device')
  expect(result.stderr).toMatch(/\$ .*kind create cluster --name e2e-errors/)
  expect(await leftovers(name)).toEqual([])
})

it.skipIf(process.getuid?.() !== 0)(
  'a full disk under devk’s own state is named, and nothing is made',
  async () => {
    const state = join(home.folder, 'state')
    await mkdir(state)
    const { run } = await import('../../src/exec/run.ts')
    await run({ file: 'mount', args: ['-t', 'tmpfs', '-o', 'size=16k,nr_inodes=64', 'tmpfs', state] })
    try {
      await writeFile(join(state, 'filler'), Buffer.alloc(64 * 1024)).catch(() => {})
      const result = await create()
      expect(result.code).toBe(1)
      expect(result.stderr).toContain('the disk is full')
      expect(await leftovers(name)).toEqual([])
      await writeFile(join(home.folder, 'devk.yaml'), `name: ${name}\n`)
      const up = await home.devk('up')
      expect(up.code).not.toBe(0)
      expect(up.stderr).toContain('the disk is full')
      expect(await leftovers(name)).toEqual([])
    } finally {
      await run({ file: 'umount', args: [state] })
    }
  },
)

it('a cluster that somebody else made is never touched', async () => {
  const label = `io.x-k8s.kind.cluster=${name}`
  const foreign = `${name}-control-plane`
  const labels = ['--label', label, '--label', 'io.x-k8s.kind.role=control-plane']
  await docker('run', '--detach', '--name', foreign, ...labels, 'busybox:1.35', 'sleep', '600')
  try {
    for (const command of [['create'], ['delete'], ['stop'], ['create', '--recreate']]) {
      const [verb = '', ...rest] = command
      const result = await home.devk('cluster', verb, name, ...rest)
      expect(result.code).toBe(1)
      expect(result.stderr).toContain('devk did not make')
    }
    expect(await leftovers(name)).toEqual([foreign])
  } finally {
    await docker('rm', '--force', foreign)
  }
})

it('a fault in the project file is named with its line, column and the nearest right name', async () => {
  await writeFile(join(home.folder, 'devk.yaml'), 'name: shop\ncluster:\n  provider: kind\n  wokers: 2\n')
  const result = await home.devk('cluster', 'create')
  expect(result.code).toBe(2)
  expect(result.stderr).toContain(`devk.yaml:4:11: cluster.wokers is not known; did you mean workers?`)
})

it('a remote cluster is refused unless the project says that it is remote', async () => {
  const context = { name: 'kind-prod', context: { cluster: 'prod', user: 'prod' } }
  const server = 'https://203.0.113.7:6443'
  const kubeconfig = {
    clusters: [{ name: 'prod', cluster: { server } }],
    contexts: [context],
    users: [{ name: 'prod', user: {} }],
  }
  await writeFile(join(home.folder, 'kubeconfig'), JSON.stringify(kubeconfig))
  const project = 'name: shop\ncluster:\n  provider: existing\n  context: kind-prod\n'
  await writeFile(join(home.folder, 'devk.yaml'), project)
  const refused = await home.devk('cluster', 'status')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(`its API is at ${server}, which is no loopback or private address`)
  await writeFile(join(home.folder, 'devk.yaml'), `${project}  remote: true\n`)
  const allowed = await home.devk('cluster', 'kubeconfig')
  expect(allowed).toMatchObject({ code: 0, stdout: expect.stringContaining(server) })
})
