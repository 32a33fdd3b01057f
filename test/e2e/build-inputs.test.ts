import { randomBytes } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { extract } from 'tar-stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DevkError } from '../../src/base/errors.ts'
import { paths } from '../../src/base/paths.ts'
import { readMachineImages } from '../../src/cluster/images.ts'
import { buildClients, clientDialect, lacksBuilder, noBuilder } from '../../src/docker/build/build-clients.ts'
import { buildImage, type ImageBuild } from '../../src/docker/build/build-image.ts'
import { explainChange } from '../../src/docker/build/explain-change.ts'
import { readBuildInputs } from '../../src/docker/build/inputs.ts'
import { pushImage } from '../../src/docker/build/push-image.ts'
import { digestInRegistry } from '../../src/docker/build/registry-digest.ts'
import { connectDocker, type DockerConnection } from '../../src/docker/connect.ts'
import { run } from '../../src/exec/run.ts'
import type { BuildSpec } from '../../src/model/project.ts'
import { startUpstream } from './support/images.ts'
import { docker, eventually } from './support/machine.ts'

const { signal } = new AbortController()
const id = randomBytes(4).toString('hex')
const tagged: string[] = []
let folder: string
let connection: DockerConnection

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-build-'))
  connection = await connectDocker(signal)
})
afterAll(async () => {
  if (tagged.length > 0) await docker('rmi', '--force', ...tagged)
  await rm(folder, { recursive: true, force: true })
})

/** A context of its own with these files, as the project would name it. */
async function project(files: Record<string, string>): Promise<BuildSpec> {
  const context = await mkdtemp(join(folder, 'context-'))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(context, path)), { recursive: true })
    await writeFile(join(context, path), content)
  }
  return { context, dockerfile: join(context, 'Dockerfile'), args: {}, platforms: [], cacheFrom: [] }
}

const dialect = clientDialect(run, { signal })
const read = (spec: BuildSpec) => readBuildInputs(connection.docker, spec, { signal, dialect })

function tag(reference: string): string {
  tagged.push(reference)
  return reference
}

const build = (spec: BuildSpec, reference: string, more: Partial<ImageBuild> = {}) =>
  buildImage({ run, host: connection.host, spec, tag: tag(reference), signal, ...more })

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    error => error as DevkError,
  )

const name = fc.constantFrom(
  ...[
    'a',
    'b',
    'ab',
    'a.b',
    'a+b',
    '(a)',
    'a b',
    'é',
    '[x]',
    'Abc',
    'node_modules',
    '.git',
    '.env',
    'keep.txt',
  ],
  ...['x.js', 'a{b}', '#h', '!bang', '$d', 'a^b', 'back\\slash', '-', '😀', 'README.md'],
)
const pathOf = (part: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(part, { minLength: 1, maxLength }).map(parts => parts.join('/'))

const node = fc.oneof(
  fc.record({
    content: fc.string({ maxLength: 5 }),
    mode: fc.constantFrom(0o644, 0o755, 0o600, 0o700, 0o444, 0o664, 0o777, 0o4755),
  }),
  fc.record({ link: fc.constantFrom('a', '../b', '/etc/passwd', 'nowhere', '.', 'a b/é') }),
  fc.record({ mode: fc.constantFrom(0o755, 0o700, 0o1777) }),
)
const tree = fc.dictionary(pathOf(name, 4), node, { minKeys: 5, maxKeys: 25 })

const patternPart = fc.constantFrom(
  ...[
    '*',
    '**',
    '?',
    'a*',
    '*b',
    '*.js',
    '[ab]',
    '[^a]',
    '[a-c]*',
    '.*',
    '\\[x\\]',
    '\\!bang',
    '**.js',
    'a**',
  ],
  ...['abc', 'a|b', '\\a', '.', '..', 'back\\\\slash', '*.*', 'fo?'],
)
const pattern = fc
  .tuple(fc.constantFrom('', '', '!', '/', './', '! '), pathOf(fc.oneof(patternPart, name), 3))
  .map(([prefix, path]) => prefix + path.replaceAll('[x]', '[[]x]'))
const odd = fc.constantFrom(
  ...['# a comment', ' # none', '', '  a  ', '**/', '!**', '/', 'Dockerfile', '.dockerignore'],
)
const ignore = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(fc.oneof({ weight: 5, arbitrary: pattern }, odd), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([mark, lines, end]) => mark + lines.join(end))

type Tree = Record<string, { content?: string; mode?: number; link?: string }>

async function plant(context: string, nodes: Tree): Promise<void> {
  for (const [path, { content, mode, link }] of Object.entries(nodes)) {
    const file = join(context, path)
    try {
      await mkdir(dirname(file), { recursive: true })
      if (link !== undefined) await symlink(link, file)
      else if (content !== undefined) await writeFile(file, content, { flag: 'wx' })
      else await mkdir(file)
    } catch {
      // Something else stands there, or a file where a folder would be needed: the tree is as good without it.
      continue
    }
    if (mode !== undefined) await chmod(file, mode)
  }
}

/** What Docker makes of `COPY . /context/`, in the words of `readBuildInputs`. */
async function copied(spec: BuildSpec): Promise<Record<string, string>> {
  const archive = join(await mkdtemp(join(folder, 'copied-')), 'image.tar')
  await buildTo(archive, spec)
  const found: Record<string, string> = {}
  const entries = extract()
  entries.end(await readFile(archive))
  for await (const entry of entries) {
    const { name, type, mode = 0, linkname } = entry.header
    entry.resume()
    const path = /^context\/(.+?)\/?$/s.exec(name)?.[1]
    if (path === undefined) continue
    const kind = type === 'directory' ? 'folder' : 'file'
    found[`./${path}`] = type === 'symlink' ? `link ${linkname}` : `${kind} ${(mode & 0o7755).toString(8)}`
  }
  const told = Object.entries(found).filter(
    ([path, value]) =>
      value !== 'folder 755' || !Object.keys(found).some(other => other.startsWith(`${path}/`)),
  )
  return Object.fromEntries(told)
}

async function buildTo(archive: string, { context, dockerfile }: BuildSpec): Promise<void> {
  const args = ['build', '--quiet', '--output', `type=tar,dest=${archive}`, '--file', dockerfile, context]
  for (const file of await buildClients()) {
    try {
      return void (await run({ file, args, env: { DOCKER_BUILDKIT: '1' } }))
    } catch (error) {
      if (!lacksBuilder(error)) throw error
    }
  }
  throw noBuilder()
}

it('reads exactly what Docker sends: every path, kind, mode and link of many odd trees', async () => {
  const cases = fc.sample(fc.record({ tree, ignore }), { seed: 20261121, numRuns: 48 }).values()
  const check = async (): Promise<void> => {
    for (const { tree, ignore } of cases) {
      const spec = await project({ Dockerfile: 'FROM scratch\nCOPY . /context/\n', '.dockerignore': ignore })
      await plant(spec.context, tree)
      const { entries } = await read(spec)
      const sent = Object.entries(entries).filter(([label]) => label.startsWith('./'))
      const told = sent.map(([label, value]) => [label, value.replace(/^(file \d+) .*/, '$1')])
      expect(Object.fromEntries(told), JSON.stringify(ignore)).toEqual(await copied(spec))
    }
  }
  await Promise.all([check(), check(), check()])
})

it('hashes a copy elsewhere alike, and says what changed where something does', async () => {
  const spec = await project({
    Dockerfile: `FROM devk-test-base-${id}\nCOPY . /app\n`,
    'src/a.js': 'a',
    '.dockerignore': 'node_modules\n',
  })
  await docker('tag', 'busybox:1.35', tag(`devk-test-base-${id}`))
  const before = await read(spec)
  const copy = await mkdtemp(join(folder, 'copy-'))
  await cp(spec.context, copy, { recursive: true })
  expect(await read({ ...spec, context: copy, dockerfile: join(copy, 'Dockerfile') })).toEqual(before)

  await writeFile(join(spec.context, 'src/a.js'), 'b')
  await build(
    await project({ Dockerfile: 'FROM busybox:1.35\nRUN true\nLABEL other=1\n' }),
    `devk-test-base-${id}`,
  )
  const after = await read(spec)
  expect(after.hash).not.toBe(before.hash)
  expect(explainChange(before.entries, after.entries)).toEqual([
    `base image devk-test-base-${id} is another one`,
    'src/a.js changed',
  ])
})

it('builds, pushes what the registry lacks, and nothing the second time', async () => {
  const spec = await project({
    Dockerfile:
      'FROM busybox:1.35 AS one\nARG WORD\nCOPY . /app\nRUN echo "$WORD" > /word\nFROM one AS two\n',
    'src/a.js': id,
  })
  const { registry } = await readMachineImages(paths().machine)
  await using _registry = await startUpstream(`devk-test-registry-${id}`, registry)
  const host = `localhost:${(await docker('port', `devk-test-registry-${id}`, '5000/tcp')).split(':').at(-1)}`
  const reference = `${host}/shop/api:1`
  const said: string[] = []
  await build({ ...spec, target: 'one', args: { WORD: 'a b$c' } }, reference, {
    say: step => said.push(step),
  })
  expect(said).toContainEqual(expect.stringContaining('RUN echo'))
  expect(await docker('run', '--rm', reference, 'cat', '/word')).toBe('a b$c')

  const first = await pushImage(connection.docker, reference, { signal })
  expect(first.pushed).toBeGreaterThan(0)
  expect(await digestInRegistry(host, 'shop/api', '1', { signal })).toBe(first.digest)
  expect(await digestInRegistry(host, 'shop/api', '2', { signal })).toBeUndefined()
  expect(await digestInRegistry(host, 'shop/web', '1', { signal })).toBeUndefined()

  const image = await docker('image', 'inspect', '--format', '{{.Id}}', reference)
  await build({ ...spec, target: 'one', args: { WORD: 'a b$c' } }, reference)
  expect(await docker('image', 'inspect', '--format', '{{.Id}}', reference)).toBe(image)
  const second = await pushImage(connection.docker, reference, { signal })
  expect(second).toEqual({ digest: first.digest, pushed: 0, reused: first.pushed + first.reused })
  await docker('tag', reference, tag(`${host}/shop/web:1`))
  expect((await pushImage(connection.docker, `${host}/shop/web:1`, { signal })).digest).toBe(first.digest)

  await expect(pushImage(connection.docker, `${host}/shop/none:1`, { signal })).rejects.toMatchObject({
    code: 'IMAGE_MISSING',
  })
})

it('names the step that failed, its exit code and what it wrote', async () => {
  const spec = await project({
    Dockerfile: 'FROM busybox:1.35\nRUN echo begin && echo "no such package" >&2 && exit 7\n',
  })
  const error = await failure(build(spec, `devk-test-failing-${id}`))
  expect(error).toMatchObject({
    code: 'BUILD_FAILED',
    message: expect.stringMatching(/^RUN echo begin .* failed with exit code 7/),
  })
  expect(error?.detail).toMatch(/^\$ .*docker build /)
  expect(error?.detail).toMatch(/\nbegin\n/)
  expect(error?.detail).toMatch(/\nno such package\n/)
  tagged.pop()
})

it.each([
  ['FROM devk-test.invalid/none:1', 'BASE_IMAGE_MISSING', 'devk-test.invalid/none:1'],
  ['FROM busybox:1.35\nCOPY nowhere.txt /', 'BUILD_FAILED', 'COPY nowhere.txt /'],
  ['FROM busybox:1.35\nRUNN x', 'BUILD_FAILED', 'RUNN'],
  ['# syntax=devk-test.invalid/builder:1\nFROM busybox:1.35', 'BASE_IMAGE_MISSING', 'builder:1'],
])('says of %j that it is %s', async (dockerfile, code, words) => {
  const spec = await project({ Dockerfile: dockerfile })
  const error = await failure(build(spec, `devk-test-failing-${id}`))
  tagged.pop()
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
})

it('ends the build in Docker, too, where it is aborted', async () => {
  // A number that no other process has in its command line.
  const seconds = `${40_000 + Math.floor(Math.random() * 50_000)}.5`
  const spec = await project({ Dockerfile: `FROM busybox:1.35\nRUN echo ready-${id} && sleep ${seconds}\n` })
  const abort = new AbortController()
  const onLine = (line: string): void => {
    if (/^#\d+ \d+\.\d+ ready/.test(line)) abort.abort()
  }
  const error = await failure(build(spec, `devk-test-aborted-${id}`, { signal: abort.signal, onLine }))
  tagged.pop()
  expect(error).toMatchObject({ code: 'INTERRUPTED' })
  await eventually(async () => expect(await processesWith(seconds)).toEqual([]), 20_000)
})

async function processesWith(word: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter(entry => /^\d+$/.test(entry))
  const lines = await Promise.all(ids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter(line => line.includes(word))
}
