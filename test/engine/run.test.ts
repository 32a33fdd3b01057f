import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DevkError, interrupted } from '../../src/base/errors.ts'
import type { ApplyContext, Node, NodeRecord, RecordStore } from '../../src/engine/node.ts'
import { kindOf, removeNodes } from '../../src/engine/remove.ts'
import { runNodes } from '../../src/engine/run.ts'

function memoryStore(): RecordStore & { records: Map<string, NodeRecord> } {
  const records = new Map<string, NodeRecord>()
  return {
    records,
    read: async id => records.get(id),
    list: async () => [...records.values()],
    write: async record => void records.set(record.id, structuredClone(record)),
    remove: async id => void records.delete(id),
  }
}

interface Told {
  outcomes: string[]
  began: string[]
}

function runner(store: RecordStore, { signal = new AbortController().signal, places = {} } = {}) {
  const told: Told = { outcomes: [], began: [] }
  const run = (nodes: readonly Node[]) =>
    runNodes(nodes, {
      store,
      signal,
      places,
      observer: {
        waiting: () => {},
        working: (node, why) => {
          told.began.push(`${node.id}: ${why.join()}`)
          return { say: () => {}, note: () => {} }
        },
        ended: (node, outcome) => void told.outcomes.push(`${node.id} ${outcome.is}`),
      },
    })
  return { run, told }
}

function node(id: string, more: Partial<Node> = {}): Node {
  return { id, title: id, needs: [], fingerprint: async () => ({}), apply: async () => ({ of: id }), ...more }
}

it('does nothing twice: equal inputs are left as they were', async () => {
  const store = memoryStore()
  const { run, told } = runner(store)
  const nodes = [node('a'), node('b', { needs: ['a'] })]
  await run(nodes)
  await run(nodes)
  expect(told.outcomes).toEqual(['a changed', 'b changed', 'a unchanged', 'b unchanged'])
})

it('does again what has other inputs, and names them', async () => {
  const store = memoryStore()
  const { run, told } = runner(store)
  await run([node('a', { fingerprint: async () => ({ 'main.js': '1', old: 'x' }) })])
  await run([node('a', { fingerprint: async () => ({ 'main.js': '2', new: 'x' }) })])
  expect(told.began[1]).toBe('a: main.js changed,old is gone,new is new')
})

it('does again what is not there any more, what failed, and what was interrupted', async () => {
  const store = memoryStore()
  const { run, told } = runner(store)
  await run([node('a')])
  await run([node('a', { lost: async () => 'somebody deleted it' })])
  await run([
    node('a', {
      lost: async () => 'again',
      apply: () => Promise.reject(new DevkError({ code: 'X', message: 'no' })),
    }),
  ])
  await run([node('a')])
  const record = store.records.get('a')
  if (record) await store.write({ ...record, phase: 'applying' })
  await run([node('a')])
  expect(told.began.map(line => line.slice(3))).toEqual([
    'it was not there before',
    'somebody deleted it',
    'again',
    'it failed the last time',
    'the last run was interrupted',
  ])
})

it('has an outcome on disk before it tells of it', async () => {
  const store = memoryStore()
  const phases: string[] = []
  await runNodes([node('a')], {
    store,
    signal: new AbortController().signal,
    places: {},
    observer: {
      waiting: () => {},
      working: () => {
        phases.push(store.records.get('a')?.phase ?? 'nothing')
        return { say: () => {}, note: () => {} }
      },
      ended: () => void phases.push(store.records.get('a')?.phase ?? 'nothing'),
    },
  })
  expect(phases).toEqual(['applying', 'done'])
})

it('keeps what a node remembered although the node did not end', async () => {
  const store = memoryStore()
  const failing = async ({ remember }: ApplyContext) => {
    await remember({ made: 'half' })
    throw new DevkError({ code: 'X', message: 'no' })
  }
  await runner(store).run([node('a', { apply: failing })])
  expect(store.records.get('a')).toMatchObject({
    phase: 'failed',
    notes: { made: 'half' },
    error: { code: 'X' },
  })
  let seen: unknown
  const looks = async ({ record }: ApplyContext) => {
    seen = record?.notes
    return {}
  }
  await runner(store).run([node('a', { apply: looks })])
  expect(seen).toEqual({ made: 'half' })
})

it('gives each node the outputs of what it needs, done now or before', async () => {
  const store = memoryStore()
  const { run } = runner(store)
  await run([node('a')])
  let seen: unknown
  const b = node('b', {
    needs: ['a'],
    apply: async ({ inputs }) => {
      seen = inputs.get('a')
      return {}
    },
  })
  await run([node('a'), b])
  expect(seen).toEqual({ of: 'a' })
})

it('goes on with all that does not need what failed', async () => {
  const { run } = runner(memoryStore())
  const broken = node('broken', { fingerprint: () => Promise.reject(new Error('unreadable')) })
  const outcomes = await run([broken, node('after', { needs: ['broken'] }), node('other')])
  expect([...outcomes].map(([id, { is }]) => `${id} ${is}`)).toEqual([
    'broken failed',
    'after held',
    'other changed',
  ])
})

it('works on no more nodes of a pool at once than it has places', async () => {
  let working = 0
  let most = 0
  const apply = async () => {
    working++
    most = Math.max(most, working)
    await new Promise(resolve => setImmediate(resolve))
    working--
    return {}
  }
  const nodes = Array.from({ length: 9 }, (_, index) => node(`n${index}`, { pool: 'build', apply }))
  await runner(memoryStore(), { places: { build: 3 } }).run(nodes)
  expect(most).toBe(3)
})

it('ends only when nothing works any more, where it is aborted, and leaves the place to go on from', async () => {
  const store = memoryStore()
  const abort = new AbortController()
  let ended = false
  const slow = node('slow', {
    apply: async (_, signal) => {
      abort.abort(interrupted())
      await new Promise(resolve => setImmediate(resolve))
      ended = true
      signal.throwIfAborted()
      return {}
    },
  })
  const { run, told } = runner(store, { signal: abort.signal })
  await expect(run([slow, node('next', { needs: ['slow'] })])).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(ended).toBe(true)
  expect(told.outcomes).toEqual([])
  expect(store.records.get('slow')).toMatchObject({ phase: 'applying' })
})

const graphs = fc
  .array(fc.record({ needs: fc.array(fc.nat(), { maxLength: 3 }), fails: fc.boolean() }), { maxLength: 12 })
  .map(all =>
    all.map(({ needs, fails }, index) => ({
      id: `n:${index}`,
      // Only earlier ones: no circles.
      needs: index === 0 ? [] : [...new Set(needs.map(need => `n:${need % index}`))],
      fails,
    })),
  )

it('begins no node before all that it needs is done, and ends every node, whatever the graph and its failures', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async graph => {
      const finished = new Set<string>()
      const nodes = graph.map(({ id, needs, fails }) =>
        node(id, {
          needs,
          apply: async () => {
            for (const need of needs)
              if (!finished.has(need)) throw new TypeError(`${id} began before ${need}`)
            if (fails) throw new DevkError({ code: 'X', message: 'no' })
            finished.add(id)
            return {}
          },
        }),
      )
      const outcomes = await runner(memoryStore()).run(nodes)
      const is = (id: string) => outcomes.get(id)?.is
      for (const { id, needs, fails } of graph) {
        const stuck = needs.some(need => is(need) === 'failed' || is(need) === 'held')
        expect(is(id)).toBe(stuck ? 'held' : fails ? 'failed' : 'changed')
      }
    }),
  )
})

it('removes what needs something before that, and keeps the record of what could not be removed', async () => {
  const store = memoryStore()
  await runner(store).run([
    node('cluster:c'),
    node('app:a', { needs: ['cluster:c'] }),
    node('app:stuck', { needs: ['cluster:c'] }),
  ])
  const order: string[] = []
  const remove = async ({ id }: NodeRecord) => {
    order.push(id)
    if (id === 'app:stuck') throw new DevkError({ code: 'STUCK', message: 'stuck' })
    return [id]
  }
  const signal = new AbortController().signal
  await expect(removeNodes(await store.list(), store, () => remove, signal)).rejects.toMatchObject({
    code: 'STUCK',
  })
  expect(order).not.toContain('cluster:c')
  expect([...store.records.keys()]).toEqual(['cluster:c', 'app:stuck'])
  const removed = await removeNodes(
    await store.list(),
    store,
    () =>
      async ({ id }) => [kindOf(id)],
    signal,
  )
  expect(removed).toEqual(['app', 'cluster'])
  expect(store.records.size).toBe(0)
})
