import type { ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import type { KubeObject } from '../../src/kube/object.ts'
import { type Change, type WatchLimits, type WatchState, watchList } from '../../src/kube/watch.ts'
import { type Asked, fakeApi, refuse } from './support/fake-api.ts'

const pod = (name: string, version: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, resourceVersion: String(version) },
})
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`

type Turn = (response: ServerResponse, asked: Asked) => unknown

/** Each list and each watch has its turn; the last of either is for all that follow. */
async function watched(turns: { lists?: Turn[]; watches: Turn[] }, limits: Partial<WatchLimits> = {}) {
  const { lists = [], watches } = turns
  const ending = new AbortController()
  const changes: Change<string>[] = []
  const states: WatchState[] = []
  const fake = await fakeApi((asked, response) => {
    const turns = asked.query.has('watch') ? watches : lists
    const turn = turns.length > 1 ? turns.shift() : turns[0]
    if (!asked.query.has('watch') && !turn) return { metadata: { resourceVersion: '10' }, items: [] }
    if (asked.query.has('watch')) response.writeHead(200).flushHeaders()
    return turn?.(response, asked)
  })
  const done = watchList<string>(fake.api, '/api/v1/pods?labelSelector=a', {
    signal: ending.signal,
    limits: { retryMs: 5, retryMaxMs: 20, ...limits },
    slim: ({ metadata }) => metadata.name,
    onChange: change => void changes.push(change),
    onState: state => void states.push(state),
  })
  return {
    ...fake,
    changes,
    states,
    until: async (here: () => boolean) => {
      while (!here()) await new Promise(resolve => setTimeout(resolve, 1))
    },
    end: async () => {
      ending.abort()
      await done
    },
    watches: () => fake.requests.filter(({ query }) => query.has('watch')),
    lists: () => fake.requests.filter(({ query }) => !query.has('watch')),
    [Symbol.asyncDispose]: async () => {
      ending.abort()
      await done
      await fake[Symbol.asyncDispose]()
    },
  }
}

const stay: Turn = () => {}

it('lists, then tells each change, and goes on from the version of the list', async () => {
  await using it = await watched({
    lists: [() => ({ metadata: { resourceVersion: '10' }, items: [pod('a', 7)] })],
    watches: [
      response => {
        response.write(line('ADDED', pod('b', 11)))
        response.write(line('MODIFIED', pod('a', 12)))
        response.write(line('DELETED', pod('b', 13)))
      },
    ],
  })
  await it.until(() => it.changes.length === 4)
  expect(it.changes).toEqual([
    { type: 'listed', objects: ['a'] },
    { type: 'put', object: 'b' },
    { type: 'put', object: 'a' },
    { type: 'gone', object: 'b' },
  ])
  const [watch] = it.watches()
  expect(watch?.path).toBe('/api/v1/pods')
  expect(Object.fromEntries(watch?.query ?? [])).toMatchObject({
    labelSelector: 'a',
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion: '10',
  })
})

it('reads a line that comes in pieces, even cut within a character', async () => {
  const bytes = Buffer.from(line('ADDED', pod('größe', 11)) + line('ADDED', pod('b', 12)))
  await using it = await watched({
    watches: [
      async response => {
        for (let at = 0; at < bytes.length; at += 7) {
          response.write(bytes.subarray(at, at + 7))
          await new Promise(resolve => setImmediate(resolve))
        }
      },
    ],
  })
  await it.until(() => it.changes.length === 3)
  expect(it.changes.slice(1)).toEqual([
    { type: 'put', object: 'größe' },
    { type: 'put', object: 'b' },
  ])
})

it('goes on from the last version, a bookmark’s too, when the server ends the watch', async () => {
  await using it = await watched({
    watches: [
      response => {
        response.write(line('ADDED', pod('a', 11)))
        response.end(line('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '20' } }))
      },
      stay,
    ],
  })
  await it.until(() => it.watches().length === 2 && it.changes.length === 2)
  expect(it.watches()[1]?.query.get('resourceVersion')).toBe('20')
  expect(it.lists()).toHaveLength(1)
  expect(it.states).toEqual([{ is: 'connected' }])
})

it('goes on after the connection was cut in the middle of a line, and says that it was lost until then', async () => {
  await using it = await watched({
    watches: [
      response => {
        response.write(line('ADDED', pod('a', 11)) + line('ADDED', pod('b', 12)).slice(0, 20))
        setTimeout(() => response.destroy(), 5)
      },
      response => response.write(line('ADDED', pod('b', 12))),
    ],
  })
  await it.until(() => it.changes.length === 3)
  expect(it.changes.slice(1)).toEqual([
    { type: 'put', object: 'a' },
    { type: 'put', object: 'b' },
  ])
  expect(it.watches()[1]?.query.get('resourceVersion')).toBe('11')
  expect(it.states.map(({ is }) => is)).toEqual(['connected', 'lost', 'connected'])
})

const expired: Turn[] = [
  response =>
    response.write(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' })),
  response => response.end(line('ERROR', { kind: 'Status', code: 410, message: 'too old' })),
]
it.each(expired)('lists anew where its version is too old, and is not lost', async turn => {
  await using it = await watched({
    lists: [
      () => ({ metadata: { resourceVersion: '10' }, items: [pod('a', 1), pod('b', 2)] }),
      () => ({ metadata: { resourceVersion: '50' }, items: [pod('b', 2)] }),
    ],
    watches: [turn, stay],
  })
  await it.until(() => it.watches().length === 2)
  expect(it.changes).toEqual([
    { type: 'listed', objects: ['a', 'b'] },
    { type: 'listed', objects: ['b'] },
  ])
  expect(it.watches()[1]?.query.get('resourceVersion')).toBe('50')
  expect(it.states).toEqual([{ is: 'connected' }])
})

it('lists anew where the server refuses the watch outright', async () => {
  let refused = false
  const fake = await fakeApi(({ query }, response) => {
    if (!query.has('watch')) return { metadata: { resourceVersion: refused ? '2' : '1' }, items: [] }
    if (refused) return void response.writeHead(200).flushHeaders()
    refused = true
    return refuse(response, 504, 'Too large resource version')
  })
  await using _ = fake
  const ending = new AbortController()
  const listed = Promise.withResolvers<void>()
  let lists = 0
  const done = watchList(fake.api, '/pods', {
    signal: ending.signal,
    limits: { retryMs: 1 },
    onChange: () => ++lists === 2 && listed.resolve(),
  })
  await listed.promise
  ending.abort()
  await done
})

it('takes a server that is silent for one that is gone', async () => {
  await using it = await watched({ watches: [stay, stay] }, { idleMs: 30 })
  await it.until(() => it.states.some(state => state.is === 'lost'))
  expect(it.states[1]).toMatchObject({ why: 'The connection was cut: the watch was silent for 0.03 s.' })
  await it.until(() => it.watches().length >= 2)
})

it('tells since when it is lost, and not since the last attempt', async () => {
  await using it = await watched({ watches: [stay] })
  await it.until(() => it.watches().length === 1 && it.states.length === 1)
  it.server.close()
  it.server.closeAllConnections()
  await it.until(() => it.states.length >= 3)
  const lost = it.states.filter(state => state.is === 'lost')
  expect(new Set(lost.map(({ since }) => since)).size).toBe(1)
})

it('asks again, more slowly each time, while nothing answers', async () => {
  await using it = await watched({ lists: [response => response.destroy()], watches: [stay] })
  await it.until(() => it.lists().length >= 4)
  expect(it.changes).toEqual([])
})

it('ends when it is told to, whatever it is at', async () => {
  await using it = await watched({ watches: [stay] })
  await it.until(() => it.watches().length === 1)
  await it.end()
  await using slow = await watched({ lists: [() => new Promise(() => {})], watches: [stay] })
  await slow.until(() => true)
  await slow.end()
})
