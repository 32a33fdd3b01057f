import type { ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import type { KubeObject } from '../../../src/kube/object.ts'
import { openLive } from '../../../src/kube/rollout/live.ts'
import { fakeApi } from '../support/fake-api.ts'

const { signal } = new AbortController()

async function namespace(lists: Record<string, object[]> = {}) {
  const streams = new Map<string, ServerResponse>()
  const fake = await fakeApi(({ path, query }, response) => {
    const plural = path.split('/').at(-1) ?? ''
    if (!query.has('watch')) return { metadata: { resourceVersion: '1' }, items: lists[plural] ?? [] }
    response.writeHead(200).flushHeaders()
    streams.set(plural, response)
    return undefined
  })
  const live = openLive(fake.api, 'shop')
  const send = async (plural: string, type: string, object: object) => {
    while (!streams.has(plural)) await new Promise(resolve => setImmediate(resolve))
    streams.get(plural)?.write(`${JSON.stringify({ type, object })}\n`)
  }
  return {
    live,
    send,
    requests: fake.requests,
    [Symbol.asyncDispose]: async () => {
      live.close()
      await fake[Symbol.asyncDispose]()
    },
  }
}

const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    uid: name,
    labels: { app: 'api' },
    managedFields: [{ manager: 'x', operation: 'Update' }],
  },
  spec: { containers: [{ name: 'main', image: 'api', env: [{ name: 'SECRET', value: 'x' }] }], volumes: [] },
  status: { phase: 'Pending', hostIPs: [] },
})

it('is synced once all kinds were listed, and knows what is there', async () => {
  await using it = await namespace({
    pods: [pod('a')],
    deployments: [{ metadata: { name: 'api', uid: 'd' }, spec: { replicas: 2 }, status: { replicas: 1 } }],
    events: [{ metadata: { name: 'e', uid: 'e' }, reason: 'BackOff', lastTimestamp: '2026-01-01T00:00:00Z' }],
  })
  await it.live.synced(signal)
  const { pods, workloads, events, lost } = it.live.snapshot()
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['a'])
  expect(workloads).toEqual([
    {
      kind: 'Deployment',
      metadata: { name: 'api', uid: 'd' },
      spec: { replicas: 2 },
      status: { replicas: 1 },
    },
  ])
  expect(events).toMatchObject([{ reason: 'BackOff', at: Date.parse('2026-01-01T00:00:00Z') }])
  expect(lost).toBeUndefined()
})

it('keeps of a pod only what somebody reads: no environment, no volumes, no managed fields', async () => {
  await using it = await namespace({ pods: [pod('a')] })
  await it.live.synced(signal)
  expect(it.live.snapshot().pods[0]).toEqual({
    metadata: { name: 'a', uid: 'a', labels: { app: 'api' } },
    spec: { containers: [{ name: 'main', image: 'api' }] },
    status: { phase: 'Pending' },
  })
})

it('has another snapshot after a change, and the same one while nothing changes', async () => {
  await using it = await namespace()
  await it.live.synced(signal)
  const before = it.live.snapshot()
  expect(it.live.snapshot()).toBe(before)
  await it.send('pods', 'ADDED', pod('b'))
  await it.live.changed(before.version, signal)
  expect(it.live.snapshot().pods.map(({ metadata }) => metadata.name)).toEqual(['b'])
  expect(before.pods).toEqual([])
  await it.live.changed(before.version, signal)
  await it.send('pods', 'DELETED', pod('b'))
  await it.live.changed(it.live.snapshot().version, signal)
  expect(it.live.snapshot().pods).toEqual([])
})

it('tells a subscriber once of changes that came together, and not after it left', async () => {
  await using it = await namespace()
  await it.live.synced(signal)
  let told = 0
  const leave = it.live.subscribe(() => told++)
  const { version } = it.live.snapshot()
  await it.send('jobs', 'ADDED', { metadata: { name: 'a', uid: 'a' }, spec: {} })
  await it.live.changed(version, signal)
  expect(told).toBe(1)
  leave()
  await it.send('jobs', 'ADDED', { metadata: { name: 'b', uid: 'b' }, spec: {} })
  await it.live.changed(it.live.snapshot().version, signal)
  expect(told).toBe(1)
})

it('keeps the newest events only', async () => {
  const events = Array.from({ length: 1_200 }, (_, index) => ({
    metadata: { name: `e${index}`, uid: `e${index}` },
  }))
  await using it = await namespace({ events })
  await it.live.synced(signal)
  const kept = it.live.snapshot().events
  expect(kept).toHaveLength(1_000)
  expect(kept.at(-1)?.uid).toBe('e1199')
})

it('ends every connection when it is closed, and tells who waits', async () => {
  await using it = await namespace()
  await it.live.synced(signal)
  const waiting = it.live.changed(it.live.snapshot().version, signal)
  it.live.close()
  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(it.live.snapshot().pods).toEqual([])
  await expect(it.live.changed(it.live.snapshot().version, signal)).rejects.toMatchObject({
    code: 'INTERRUPTED',
  })
})

it('stops waiting when it is told to, and goes on watching', async () => {
  await using it = await namespace()
  await it.live.synced(signal)
  const impatient = new AbortController()
  const waiting = it.live.changed(it.live.snapshot().version, impatient.signal)
  impatient.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await it.send('pods', 'ADDED', pod('a'))
  await it.live.changed(it.live.snapshot().version, signal)
})
