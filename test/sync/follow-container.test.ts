import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DevkError } from '../../src/base/errors.ts'
import type { FileContent } from '../../src/model/sync.ts'
import { openAgent } from '../../src/sync/agent/agent.ts'
import { agentCommand } from '../../src/sync/agent/agent-script.ts'
import {
  type ContainerToSync,
  type FollowedContainer,
  followContainer,
} from '../../src/sync/follow-container.ts'
import type { MayDiffer } from '../../src/sync/may-differ.ts'
import { type Container, runAgent, type Shell, shells, startContainer } from './agent/shells.ts'
import { rule } from './rule.ts'

let sources: string
let container: Container
let followed: FollowedContainer | undefined
let restarts: { rules: number[]; fresh: boolean }[]
let journal: string[]
let opened: number

beforeEach(async () => {
  sources = await mkdtemp(join(tmpdir(), 'devk-sources-'))
  const [shell] = shells
  if (!shell) throw new Error('there is no shell')
  container = await startContainer(shell)
  restarts = []
  journal = []
  opened = 0
})
afterEach(async () => {
  await followed?.[Symbol.asyncDispose]()
  followed = undefined
  await container[Symbol.asyncDispose]()
  await rm(sources, { recursive: true })
})

const nothing: MayDiffer = { files: new Set(), folders: [] }
const source = (name: string) => join(sources, name)
const save = (name: string, text: string) => writeFileSync(source(name), text)
const there = (path: string) => readFileSync(join(container.root, 'app', path), 'utf8')
const settled = (more = () => true) =>
  vi.waitFor(() => {
    const { state } = followed ?? {}
    if (!state?.settled || state.behind > 0 || state.why || !more()) throw new Error(JSON.stringify(state))
  }, 10_000)

async function read(file: string): Promise<FileContent | undefined> {
  return await readFile(file).then(
    bytes => ({ kind: 'file', mode: 0o644, bytes }),
    () => undefined,
  )
}

function follow(more: Partial<ContainerToSync> = {}, paused = false, owed: number[] = []): FollowedContainer {
  const [shell] = shells
  if (!shell) throw new Error('there is no shell')
  const place = { at: 'root', pid: container.process.pid ?? 0, root: container.root } as const
  followed = followContainer(
    {
      rules: [rule(sources, '/app')],
      open: signal => {
        opened++
        return openAgent(runAgent(shell, agentCommand(place)).stream, signal)
      },
      mayDiffer: () => nothing,
      state: () => undefined,
      read,
      beforeWrite: async files => void journal.push(...files),
      restart: async (rules, _, fresh) => void restarts.push({ rules: [...rules], fresh }),
      onState: () => {},
      onSynced: () => {},
      ...more,
    },
    { paused, owed, restMs: 10 },
  )
  return followed
}

it('brings to a new container what differs there, and nothing else', async () => {
  save('a', 'new')
  save('same', 'same')
  await container.agent.apply(
    [{ to: '/app', path: 'same', now: { kind: 'file', mode: 0o644, bytes: Buffer.from('same') } }],
    new AbortController().signal,
  )
  const same = 'file 644 0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5'
  follow({
    mayDiffer: () => ({ files: new Set([source('a'), source('same')]), folders: [] }),
    state: file => (file.endsWith('same') ? same : 'file 644 0'),
    rules: [rule(sources, '/app', { restart: { how: 'process' } })],
  })
  await settled()
  expect(there('a')).toBe('new')
  expect(journal).toEqual([source('a')])
  expect(restarts).toEqual([{ rules: [0], fresh: true }])
})

it('fills folders of the image that a volume hides, and leaves alone what the image made of others', async () => {
  for (const name of ['seen', 'also seen', 'hidden', 'also hidden']) save(name, 'source')
  const made = ['seen', 'also seen'].map(path => ({
    ...{ to: '/app', path },
    now: { kind: 'file' as const, mode: 0o644, bytes: Buffer.from('made of it') },
  }))
  await container.agent.apply(made, new AbortController().signal)
  const folders = [
    [source('seen'), source('also seen')],
    [source('hidden'), source('also hidden')],
  ]
  follow({ mayDiffer: () => ({ files: new Set(), folders }), state: () => 'file 644 0' })
  await settled()
  expect(['seen', 'also seen', 'hidden', 'also hidden'].map(there)).toEqual([
    ...['made of it', 'made of it', 'source', 'source'],
  ])
})

it('restarts nothing where a new container is as the sources are', async () => {
  follow({ rules: [rule(sources, '/app', { restart: { how: 'process' } })] })
  await settled()
  expect(restarts).toEqual([])
  save('a', '1')
  followed?.changed([source('a')])
  await settled(() => restarts.length > 0)
  expect(restarts).toEqual([{ rules: [0], fresh: false }])
})

it('writes what changes, takes away what is gone, and has it on disk before', async () => {
  follow()
  await settled()
  save('a', '1')
  followed?.changed([source('a')])
  await settled(() => journal.length === 1)
  expect(there('a')).toBe('1')
  rmSync(source('a'))
  followed?.changed([source('a')])
  await settled(() => journal.length === 2)
  expect(() => there('a')).toThrow('ENOENT')
})

it('writes a file as it is when its turn comes, however often it was changed before', async () => {
  follow()
  for (let n = 0; n < 50; n++) {
    save('a', `${n}`)
    followed?.changed([source('a')])
    await new Promise(setImmediate)
  }
  await settled()
  expect(there('a')).toBe('49')
})

it('follows only the rules that lead a changed file there', async () => {
  const to = (path: string) => rule(source(path), `/app/${path}`, { restart: { how: 'process' } })
  follow({ rules: [to('x'), { ...to('y'), isFile: true, from: source('y') }] })
  await settled()
  save('y', '1')
  followed?.changed([source('y')])
  await settled(() => restarts.length > 0)
  expect(restarts).toEqual([{ rules: [1], fresh: false }])
})

it('tries again what could not be written, says why until then, and loses nothing', async () => {
  let isFull = true
  follow({
    beforeWrite: async () => {
      if (isFull) throw new DevkError({ code: 'DISK_FULL', message: 'the disk is full.' })
    },
  })
  save('a', '1')
  followed?.changed([source('a')])
  await vi.waitFor(() => expect(followed?.state.why).toBe('the disk is full.'))
  expect(followed?.state.behind).toBe(1)
  isFull = false
  await settled()
  expect(there('a')).toBe('1')
})

it('is held up by no file that is refused, which is told as long as it is', async () => {
  follow()
  await settled()
  save('good', '1')
  save('a\nb', '1')
  save('also good', '1')
  followed?.changed([source('good'), source('a\nb'), source('also good')])
  await vi.waitFor(() => expect(followed?.state.why).toMatch(/a.*b/))
  expect([there('good'), there('also good')]).toEqual(['1', '1'])
  expect(followed?.state.behind).toBe(1)
  rmSync(source('a\nb'))
  save('good', '2')
  followed?.changed([source('good')])
  await vi.waitFor(() => expect(there('good')).toBe('2'))
})

it('tells nobody of a way that could not be opened at once, nor that it is the same before it was', async () => {
  const told: unknown[] = []
  let opens = 0
  save('a', '1')
  follow({
    mayDiffer: () => ({ files: new Set([source('a')]), folders: [] }),
    state: () => 'file 644 0',
    open: signal => {
      if (++opens < 3) throw new DevkError({ code: 'CONTAINER_GONE', message: 'not yet' })
      const place = { at: 'root', pid: container.process.pid ?? 0, root: container.root } as const
      return openAgent(runAgent(shells[0] as Shell, agentCommand(place)).stream, signal)
    },
    onState: () => void told.push(followed && { ...followed.state }),
  })
  await settled()
  expect(there('a')).toBe('1')
  expect(told.filter(state => (state as { why?: string })?.why !== undefined)).toEqual([])
  expect((told.at(-2) as { settled: boolean }).settled).toBe(false)
})

it('opens another way where the one to the container broke', async () => {
  follow()
  await settled()
  const [shell] = shells
  if (!shell) throw new Error('there is no shell')
  await followed?.[Symbol.asyncDispose]()
  let broken: { kill(): void } | undefined
  follow({
    open: signal => {
      opened++
      const place = { at: 'root', pid: container.process.pid ?? 0, root: container.root } as const
      const { stream, sh } = runAgent(shell, agentCommand(place))
      broken = { kill: () => void sh.kill('SIGKILL') }
      return openAgent(stream, signal)
    },
  })
  await settled()
  broken?.kill()
  save('a', '1')
  followed?.changed([source('a')])
  await settled()
  expect(there('a')).toBe('1')
  expect(opened).toBe(3)
})

it('says that a command failed, runs it no more by itself, and again with the next change', async () => {
  let runs = 0
  follow({
    rules: [rule(sources, '/app', { restart: { how: 'run', command: 'make' } })],
    restart: async () => {
      if (++runs === 1) throw new DevkError({ code: 'SYNC_RUN_FAILED', message: '"make" failed' })
    },
  })
  await settled()
  save('a', '1')
  followed?.changed([source('a')])
  await vi.waitFor(() => expect(followed?.state.why).toBe('"make" failed'))
  expect(there('a')).toBe('1')
  save('a', '2')
  followed?.changed([source('a')])
  await settled()
  expect(runs).toBe(2)
})

it('owes a restart until it was possible', async () => {
  let fails = 3
  follow({
    rules: [rule(sources, '/app', { restart: { how: 'process' } })],
    restart: async rules => {
      if (fails-- > 0) throw new DevkError({ code: 'SYNC_REFUSED', message: 'not now' })
      restarts.push({ rules: [...rules], fresh: false })
    },
  })
  save('a', '1')
  followed?.changed([source('a')])
  await settled(() => restarts.length > 0)
  expect(fails).toBe(-1)
})

it('does what is due although nothing is to be written, as one that was not just started', async () => {
  follow({ rules: [rule(sources, '/app', { restart: { how: 'container' } })] }, false, [0])
  await settled(() => restarts.length > 0)
  expect(restarts).toEqual([{ rules: [0], fresh: false }])
})

it('writes nothing while it is paused, and then all that was saved meanwhile', async () => {
  follow({}, true)
  save('a', '1')
  save('b', '1')
  followed?.changed([source('a'), source('b')])
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(journal).toEqual([])
  expect(followed?.state.behind).toBe(2)
  followed?.resume()
  await settled()
  expect([there('a'), there('b')]).toEqual(['1', '1'])
})
