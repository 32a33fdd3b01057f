import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DevkError } from '../../../src/base/errors.ts'
import { buildImage, type ImageBuild } from '../../../src/docker/build/build-image.ts'
import { recordingRun } from '../../../src/exec/recording.ts'
import type { Run } from '../../../src/exec/run.ts'
import type { BuildSpec } from '../../../src/model/project.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-build-image-'))
  await writeFile(join(folder, 'Dockerfile'), 'FROM node:24-slim AS prod\nRUN npm ci\n')
  for (const name of ['first', 'second']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'docker'), '', { mode: 0o755 })
  }
})
afterEach(() => rm(folder, { recursive: true }))

const { signal } = new AbortController()

function build(run: Run, changes: Partial<BuildSpec> = {}, more: Partial<ImageBuild> = {}): Promise<void> {
  const dockerfile = join(folder, 'Dockerfile')
  const spec: BuildSpec = { context: folder, dockerfile, args: {}, platforms: [], cacheFrom: [], ...changes }
  const env = { PATH: `${folder}/first:${folder}/none:${folder}/second`, DEVK_HOME: folder }
  return buildImage({ run, host: 'unix:///d.sock', spec, tag: 'shop/api:1', signal, env, ...more })
}

/** A client that writes these lines and then fails. */
const failing =
  (output: string): Run =>
  async (_, { onLine } = {}) => {
    for (const line of output.split('\n')) onLine?.(line, 'stderr')
    throw new DevkError({
      code: 'COMMAND_FAILED',
      message: 'docker build failed',
      detail: `$ docker\n${output}`,
    })
  }

const failure = (output: string, changes?: Partial<BuildSpec>) =>
  build(failing(output), changes).then(
    () => undefined,
    error => error as DevkError,
  )

it('gives Docker’s client all that the project says, as arguments', async () => {
  const { run, commands } = recordingRun(() => ({}))
  await build(run, {
    target: 'prod',
    args: { VERSION: '1', ODD: 'a b$c' },
    platforms: ['linux/arm64'],
    cacheFrom: ['one:1', 'two:2'],
  })
  expect(commands).toEqual([
    {
      file: join(folder, 'first/docker'),
      args: [
        'build',
        ...['--progress', 'plain', '--tag', 'shop/api:1', '--file', join(folder, 'Dockerfile')],
        ...['--target', 'prod', '--build-arg', 'VERSION=1', '--build-arg', 'ODD=a b$c'],
        ...['--platform', 'linux/arm64', '--cache-from', 'one:1', '--cache-from', 'two:2'],
        folder,
      ],
      env: expect.objectContaining({ DOCKER_BUILDKIT: '1', DOCKER_HOST: 'unix:///d.sock' }),
    },
  ])
})

it('tells every line and says the step', async () => {
  const { run } = recordingRun(() => ({ stderr: '#7 [2/2] RUN npm ci\n#7 0.1 added' }))
  const lines: string[] = []
  const said: string[] = []
  await build(run, {}, { onLine: line => lines.push(line), say: detail => said.push(detail) })
  expect(lines).toEqual(['#7 [2/2] RUN npm ci', '#7 0.1 added'])
  expect(said).toEqual(['2/2: RUN npm ci'])
})

it('takes the next client where the first has no part that builds', async () => {
  const lacking = new DevkError({
    code: 'COMMAND_FAILED',
    message: 'docker build failed',
    detail: 'ERROR: BuildKit is enabled but the buildx component is missing or broken.',
  })
  const { run, commands } = recordingRun(({ file }) => (file.includes('first') ? lacking : {}))
  await build(run)
  expect(commands.map(({ file }) => file)).toEqual([
    join(folder, 'first/docker'),
    join(folder, 'second/docker'),
  ])
  await expect(build(recordingRun(() => lacking).run)).rejects.toMatchObject({ code: 'BUILDER_MISSING' })
})

it('says that there is no client', async () => {
  const env = { PATH: `${folder}/none`, DEVK_HOME: folder }
  await expect(build(recordingRun(() => ({})).run, {}, { env })).rejects.toMatchObject({
    code: 'TOOL_MISSING',
  })
})

it('starts nothing where there is nothing to build from', async () => {
  const { run, commands } = recordingRun(() => ({}))
  await expect(build(run, { context: '/nowhere' })).rejects.toMatchObject({ code: 'CONTEXT_MISSING' })
  await expect(build(run, { dockerfile: '/nowhere' })).rejects.toMatchObject({ code: 'DOCKERFILE_MISSING' })
  await expect(build(run, { target: 'dev' })).rejects.toMatchObject({ code: 'TARGET_MISSING' })
  expect(commands).toEqual([])
})

it('names the step that failed and its exit code, with its output and a line to paste', async () => {
  const error = await failure(
    '#7 [2/2] RUN npm ci\n#7 0.1 npm error\n#7 ERROR: executor failed running [/bin/sh -c npm ci]: exit code: 7',
  )
  expect(error).toMatchObject({
    code: 'BUILD_FAILED',
    message: expect.stringMatching(/^RUN npm ci .*exit code 7/),
  })
  expect(error?.detail).toContain('npm error')
  expect(error?.detail).toMatch(/^\$ .*DOCKER_BUILDKIT=1 .*docker build /)
  expect(error?.hint).toBeTruthy()
})

const load = (image: string, reason: string) =>
  `#3 [internal] load metadata for ${image}\n#3 ERROR: ${reason}`
const noHost = 'failed to do request: Head "https://x": dial tcp: lookup x: no such host'

it.each([
  [load('docker.io/library/nosuch:1', noHost), 'BASE_IMAGE_MISSING', /image nosuch:1 .*can’t be reached/],
  [
    load('reg.local/a:1', 'reg.local/a:1: not found'),
    'BASE_IMAGE_MISSING',
    /reg.local\/a:1 .*does not give it/,
  ],
  [
    `#2 resolve image config for docker-image://docker.io/docker/dockerfile:1\n#2 ERROR: ${noHost}`,
    'BASE_IMAGE_MISSING',
    /^The builder docker\/dockerfile:1 /,
  ],
  [
    `#3 [1/2] FROM docker.io/library/big:1\n#3 ERROR: write /x: no space left on device`,
    'DISK_FULL',
    /disk is full/,
  ],
  [
    '#7 [2/2] RUN x\n#7 0.1 tar: No space left on device\n#7 ERROR: exit code: 2',
    'DISK_FULL',
    /disk is full/,
  ],
  [
    'Error response from daemon: "arm64,linux" is an invalid component of "linux/arm64,linux/amd64"',
    'PLATFORMS_UNSUPPORTED',
    /several platforms/,
  ],
  [
    '#6 [2/2] COPY no /x\n#6 ERROR: "/no" not found: not found',
    'BUILD_FAILED',
    /^COPY no \/x failed: "\/no" not found/,
  ],
  [
    '#1 DONE 0.0s\nfailed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: FROOM',
    'BUILD_FAILED',
    /^The build failed: dockerfile parse error line 2/,
  ],
  ['ERROR: failed to solve: unexpected EOF', 'BUILD_FAILED', /^The build failed: unexpected EOF/],
])('reads %j as %s', async (output, code, message) => {
  expect(await failure(output)).toMatchObject({ code, message: expect.stringMatching(message) })
})

it('is interrupted where its signal is', async () => {
  const { run } = recordingRun(() => ({}))
  const gone = AbortSignal.abort(new DevkError({ code: 'INTERRUPTED', message: 'Interrupted.' }))
  await expect(build(run, {}, { signal: gone })).rejects.toMatchObject({ code: 'INTERRUPTED' })
})
