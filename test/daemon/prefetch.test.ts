import { expect, it } from 'vitest'
import { sleep } from '../../src/base/time.ts'
import type { Clusters } from '../../src/cluster/clusters.ts'
import { prefetching } from '../../src/daemon/session/prefetch.ts'
import type { Node, Outcome } from '../../src/engine/node.ts'
import type { Observer } from '../../src/engine/run.ts'

const { signal } = new AbortController()
const cluster = { id: 'cluster:cluster' } as Node
const nodes = { id: 'nodes:cluster' } as Node
const image = (name: string) => ({ id: `image:${name}` }) as Node
const at = (reference: string): Outcome => ({ is: 'unchanged', output: { reference } })

/** A cluster of these nodes that fetch what they are told, after they could not for a while. */
function making(
  names: string[],
  { failures = 0, answers = Promise.resolve(), slow = Promise.resolve() } = {},
) {
  const fetched: string[] = []
  let left = failures
  const kind = {
    nodes: async () =>
      names.map(name => ({
        name,
        role: name.startsWith('worker') ? 'worker' : 'control-plane',
        running: true,
      })),
    fetchImage: async (node: string, reference: string) => {
      if (left-- > 0) throw new Error('containerd does not run yet')
      await slow
      fetched.push(`${node} ${reference}`)
    },
  }
  const told: string[] = []
  const observer: Observer = {
    waiting: () => {},
    working: node => {
      told.push(`working ${node.id}`)
      return { say: () => {}, note: () => {} }
    },
    ended: node => void told.push(`ended ${node.id}`),
  }
  const clusters = { providers: { kind } } as unknown as Clusters
  const named = { name: 'shop', provider: 'kind' } as const
  return { ...prefetching(observer, clusters, named, signal, () => answers), fetched, told }
}

/** Longer than it takes until what is to be fetched is looked at again. */
function aRoundOfFetches(): Promise<void> {
  return sleep(1_200)
}

it('has the nodes of a cluster that is being made fetch each image as soon as it is done, once', async () => {
  await using run = making(['control-plane'])
  run.observer.working(cluster, [])
  run.observer.ended(image('api'), at('api@1'))
  await expect.poll(() => run.fetched, { timeout: 5_000 }).toEqual(['control-plane api@1'])
  run.observer.ended(image('web'), at('web@1'))
  await expect
    .poll(() => run.fetched, { timeout: 5_000 })
    .toEqual(['control-plane api@1', 'control-plane web@1'])
  expect(run.told).toEqual(['working cluster:cluster', 'ended image:api', 'ended image:web'])
})

it('tries again what the node could not fetch yet, and asks only the nodes where pods will run', async () => {
  await using run = making(['control-plane', 'worker', 'worker2'], { failures: 2 })
  run.observer.working(cluster, [])
  run.observer.ended(image('api'), at('api@1'))
  await expect.poll(() => run.fetched, { timeout: 5_000 }).toEqual(['worker api@1', 'worker2 api@1'])
})

it('fetches nothing where the cluster is there, or is ready by then', async () => {
  await using there = making(['control-plane'])
  there.observer.ended(image('api'), at('api@1'))
  await using ready = making(['control-plane'])
  ready.observer.working(cluster, [])
  ready.observer.ended(cluster, { is: 'changed', output: {} })
  ready.observer.ended(nodes, { is: 'changed', output: {} })
  ready.observer.ended(image('api'), at('api@1'))
  await aRoundOfFetches()
  expect([...there.fetched, ...ready.fetched]).toEqual([])
})

it('leaves the nodes alone until the API answers: they have enough to do by then', async () => {
  const answers = Promise.withResolvers<void>()
  await using run = making(['control-plane'], { answers: answers.promise })
  run.observer.working(cluster, [])
  run.observer.ended(image('api'), at('api@1'))
  await aRoundOfFetches()
  expect(run.fetched).toEqual([])
  answers.resolve()
  await expect.poll(() => run.fetched, { timeout: 5_000 }).toEqual(['control-plane api@1'])
})

it('goes on while the nodes of a cluster that has got its work are not Ready', async () => {
  await using run = making(['control-plane'])
  run.observer.working(cluster, [])
  run.observer.ended(cluster, { is: 'changed', output: {} })
  run.observer.ended(image('api'), at('api@1'))
  await expect.poll(() => run.fetched, { timeout: 5_000 }).toEqual(['control-plane api@1'])
})

it('settles at once where no cluster is made, with the image where it is fetched, and else when all is over', async () => {
  await using there = making(['control-plane'])
  const waits: string[] = []
  await there.settled(['api@1'], () => waits.push('there'))
  const slow = Promise.withResolvers<void>()
  await using run = making(['control-plane'], { slow: slow.promise })
  run.observer.working(cluster, [])
  run.observer.ended(image('api'), at('api@1'))
  const settled: string[] = []
  void run.settled(['api@1'], () => waits.push('api')).then(() => settled.push('api'))
  void run.settled(['api@1', 'web@1']).then(() => settled.push('both'))
  await aRoundOfFetches()
  expect(settled).toEqual([])
  slow.resolve()
  await expect.poll(() => settled).toEqual(['api'])
  await run.settled(['api@1'], () => waits.push('again'))
  expect(waits).toEqual(['api'])
  run.observer.ended(nodes, { is: 'changed', output: {} })
  await expect.poll(() => settled).toEqual(['api', 'both'])
})

it('lets a fetch that was begun come to its end when the nodes are Ready, and begins no other', async () => {
  const slow = Promise.withResolvers<void>()
  await using run = making(['control-plane'], { slow: slow.promise })
  run.observer.working(cluster, [])
  run.observer.ended(image('api'), at('api@1'))
  await aRoundOfFetches()
  run.observer.ended(image('web'), at('web@1'))
  run.observer.ended(nodes, { is: 'changed', output: {} })
  let over = false
  void run.settled(['web@1']).then(() => {
    over = true
  })
  await sleep(100)
  expect(over).toBe(false)
  slow.resolve()
  await expect.poll(() => over).toBe(true)
  expect(run.fetched).toEqual(['control-plane api@1'])
})

it('fetches nothing of an image that failed', async () => {
  await using run = making(['control-plane'])
  run.observer.working(cluster, [])
  run.observer.ended(image('api'), { is: 'held', reason: 'it needs the registry, which failed' })
  await aRoundOfFetches()
  expect(run.fetched).toEqual([])
})
