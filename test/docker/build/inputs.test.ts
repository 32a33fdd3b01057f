import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ReadInputs, readBuildInputs } from '../../../src/docker/build/inputs.ts'
import { statCache } from '../../../src/docker/build/stat-cache.ts'
import type { BuildSpec } from '../../../src/model/project.ts'

let folder: string
let docker: Docker
let server: Server
let answers: Record<string, unknown>
let asked: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-inputs-'))
  answers = { '/images/node:24-slim/json': { Id: 'sha256:local' } }
  asked = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const answer = answers[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { message: 'no such thing' }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  docker = new Docker({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
})
afterEach(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

const project = {
  Dockerfile: 'FROM node:24-slim\nCOPY . /app\n',
  'src/a.js': 'a',
  'src/lib/b.js': 'b',
  'node_modules/x/index.js': 'x',
  '.dockerignore': 'node_modules\n',
}

async function write(files: Record<string, string>, root = folder): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), content)
  }
}

const spec = (changes: Partial<BuildSpec> = {}): BuildSpec => ({
  context: folder,
  dockerfile: join(changes.context ?? folder, 'Dockerfile'),
  args: {},
  platforms: [],
  cacheFrom: [],
  ...changes,
})

const read = (changes?: Partial<BuildSpec>, options: Partial<ReadInputs> = {}) =>
  readBuildInputs(docker, spec(changes), { signal: new AbortController().signal, ...options })

const hashOf = async (changes?: Partial<BuildSpec>) => (await read(changes)).hash

it('names every path that is sent, the Dockerfile, the settings and the base image', async () => {
  await write(project)
  const { entries } = await read({ args: { A: '1' }, target: '0', platforms: ['linux/b', 'linux/a'] })
  const digest = expect.stringMatching(/^file 644 [0-9a-f]{64}$/)
  expect(entries).toEqual({
    './.dockerignore': digest,
    './Dockerfile': digest,
    './src/a.js': digest,
    './src/lib/b.js': digest,
    Dockerfile: expect.stringMatching(/^[0-9a-f]{64}$/),
    'arg A': '1',
    'base node:24-slim': 'sha256:local',
    platforms: 'linux/a linux/b',
    target: '0',
  })
})

it('is the same in another clone, whatever its place, its times and its umask', async () => {
  await write(project)
  const clone = join(folder, 'node_modules/clone')
  await write(project, clone)
  for (const path of ['src/a.js', 'src/lib', 'Dockerfile']) {
    await chmod(join(clone, path), path === 'src/lib' ? 0o775 : 0o664)
  }
  expect(await read({ context: clone })).toEqual(await read())
  await symlink(clone, join(folder, 'node_modules/link'))
  expect(await hashOf({ context: join(folder, 'node_modules/link') })).toBe(await hashOf())
})

it.each<[string, () => Promise<unknown>]>([
  ['bytes', () => writeFile(join(folder, 'src/a.js'), 'b')],
  ['a new file', () => writeFile(join(folder, 'src/c.js'), '')],
  ['a file gone', () => rm(join(folder, 'src/a.js'))],
  ['an executable bit', () => chmod(join(folder, 'src/a.js'), 0o755)],
  ['who may read', () => chmod(join(folder, 'src/a.js'), 0o600)],
  ['who may enter a folder', () => chmod(join(folder, 'src/lib'), 0o700)],
  ['an empty folder', () => mkdir(join(folder, 'empty'))],
  ['a link', () => symlink('a.js', join(folder, 'src/link'))],
  ['the Dockerfile', () => writeFile(join(folder, 'Dockerfile'), `${project.Dockerfile}# more\n`)],
  ['what is left out', () => writeFile(join(folder, '.dockerignore'), 'node_modules\nsrc/lib\n')],
  ['the base image', async () => (answers['/images/node:24-slim/json'] = { Id: 'sha256:other' })],
])('changes with %s', async (_, change) => {
  await write(project)
  const before = await hashOf()
  await change()
  expect(await hashOf()).not.toBe(before)
})

it('changes with each setting, and not with where a cache is', async () => {
  await write({ ...project, Dockerfile: 'FROM node:24-slim AS a\nFROM a AS b\n' })
  const settings: Partial<BuildSpec>[] = [
    {},
    { args: { A: '1' } },
    { args: { A: '2' } },
    { args: { B: '1' } },
    { target: 'a' },
    { platforms: ['linux/arm64'] },
  ]
  const hashes = await Promise.all(settings.map(hashOf))
  expect(new Set(hashes).size).toBe(settings.length)
  expect(await hashOf({ cacheFrom: ['x:1'] })).toBe(hashes[0])
})

it('does not change with what is left out, and does not look into it', async () => {
  await write(project)
  const before = await hashOf()
  await write({ 'node_modules/y/index.js': 'y' })
  expect(await hashOf()).toBe(before)
})

it('uses the ignore file beside the Dockerfile rather than the one of the context', async () => {
  answers['/version'] = { Version: '28.2.2' }
  await write({
    ...project,
    'docker/Dockerfile': 'FROM scratch',
    'docker/Dockerfile.dockerignore': '*\n!src',
  })
  const { entries } = await read({ dockerfile: join(folder, 'docker/Dockerfile') })
  expect(Object.keys(entries)).toEqual(['./src/a.js', './src/lib/b.js', 'Dockerfile'])
  await write({ 'docker/Dockerfile.dockerignore': '' })
  const all = await read({ dockerfile: join(folder, 'docker/Dockerfile') })
  expect(Object.keys(all.entries)).toContain('./node_modules/x/index.js')
})

it('asks which client there is only where its rules matter', async () => {
  answers['/version'] = { Version: '20.10.24' }
  await write({ ...project, 'a+b': '', '.dockerignore': 'node_modules\na+b' })
  expect((await read()).entries).toHaveProperty('./a+b')
  answers['/version'] = { Version: '28.2.2' }
  expect((await read()).entries).not.toHaveProperty('./a+b')
  asked = []
  await write({ '.dockerignore': 'node_modules\n**/*.log' })
  await read()
  expect(asked).not.toContain('/version')
})

it('takes a base image from the registry where Docker has none, else what was known, else the name', async () => {
  await write({ ...project, Dockerfile: 'FROM a/b:1' })
  const base = async (known?: Record<string, string>) =>
    (await read({}, known && { known })).entries['base a/b:1']
  expect(await base()).toBe('a/b:1')
  expect(await base({ 'base a/b:1': 'sha256:known' })).toBe('sha256:known')
  answers['/distribution/a/b:1/json'] = { Descriptor: { digest: 'sha256:there' } }
  expect(await base({ 'base a/b:1': 'sha256:known' })).toBe('sha256:there')
  answers['/images/a/b:1/json'] = { Id: 'sha256:here' }
  expect(await base()).toBe('sha256:here')
})

it('asks once for a base image that several images of a run share, and never for a pinned one', async () => {
  const pinned = `c@sha256:${'0'.repeat(64)}`
  await write({ ...project, Dockerfile: `FROM ${pinned}\nCOPY --from=node:24-slim /x /x` })
  const bases = new Map()
  const [first] = await Promise.all([read({}, { bases }), read({}, { bases })])
  expect(first?.entries[`base ${pinned}`]).toBe(`sha256:${'0'.repeat(64)}`)
  expect(asked).toEqual(['/images/node:24-slim/json'])
})

it('gives the same with a cache as without', async () => {
  await write(project)
  const cache = statCache()
  const plain = await read()
  expect(await read({}, { cache })).toEqual(plain)
  expect(await read({}, { cache })).toEqual(plain)
  await write({ 'src/a.js': 'c' })
  expect(await read({}, { cache })).toEqual(await read())
})

it('takes a socket for the empty file that Docker makes of it', async () => {
  await write(project)
  const socket = createSocket().listen(join(folder, 'dev.sock'))
  await new Promise(resolve => socket.once('listening', resolve))
  const { entries } = await read()
  socket.close()
  expect(entries['./dev.sock']).toMatch(/^file \d+ e3b0c442/)
})

it.each<[string, Partial<BuildSpec>, string]>([
  ['CONTEXT_MISSING', { context: '/nowhere/at/all' }, '/nowhere/at/all'],
  ['DOCKERFILE_MISSING', { dockerfile: '/nowhere/Dockerfile' }, '/nowhere/Dockerfile'],
  ['TARGET_MISSING', { target: 'prod' }, 'no stage prod, but dev'],
])('says %s before anything is built', async (code, changes, words) => {
  await write({ ...project, Dockerfile: 'FROM scratch AS dev' })
  await expect(read(changes)).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
})

it('says that a Dockerfile without FROM builds nothing', async () => {
  await write({ Dockerfile: '# soon\n' })
  await expect(read()).rejects.toMatchObject({ code: 'DOCKERFILE_EMPTY' })
})

it('says which name is not UTF-8, and leaves it alone where it is left out', async () => {
  await write(project)
  await writeFile(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff])]), '')
  await expect(read()).rejects.toMatchObject({ code: 'NAME_NOT_UTF8' })
  await write({ '.dockerignore': 'node_modules\nbad*' })
  await expect(read()).resolves.toBeDefined()
})

it('ends where its signal does', async () => {
  await write(project)
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(read({}, { signal })).rejects.toThrow('enough')
})

it('reads a file that is larger than what is read at once', async () => {
  await write({ ...project, large: 'x'.repeat(5_000_000) })
  const before = await hashOf()
  await write({ large: `${'x'.repeat(4_999_999)}y` })
  expect(await hashOf()).not.toBe(before)
})

it('copies of a tree hash alike', async () => {
  await write(project, join(folder, 'one'))
  await cp(join(folder, 'one'), join(folder, 'two'), { recursive: true })
  expect(await hashOf({ context: join(folder, 'one') })).toBe(await hashOf({ context: join(folder, 'two') }))
})
