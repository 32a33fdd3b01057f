import { expect, it } from 'vitest'
import { openHidden } from '../../../src/base/hidden/hidden.ts'
import type { KubeApi } from '../../../src/kube/api.ts'
import type { Live } from '../../../src/kube/rollout/live.ts'
import { notifier } from '../../../src/kube/rollout/notifier.ts'
import type { Snapshot } from '../../../src/kube/rollout/objects.ts'
import { type ReadyOptions, waitReady } from '../../../src/kube/rollout/wait-ready.ts'
import { event, identity, pod, snapshot, workload } from '../support/seen.ts'

const { signal } = new AbortController()
const labels = { 'controller-revision-hash': 'b' }
const owner = 'uid-StatefulSet-api'
const set = (readyReplicas: number) =>
  workload('StatefulSet', {
    spec: { replicas: 1 },
    status: { readyReplicas, currentRevision: 'b', updateRevision: 'b' },
  })
const of = (container: object, more: object = {}) => pod({ name: 'api-0', owner, labels, container, ...more })
const now = () => new Date().toISOString()

function scene(first: Partial<Snapshot>, hidden = openHidden()) {
  const changes = notifier()
  let seen = first
  const live: Live = {
    namespace: 'shop',
    hidden,
    secretsRefused: () => undefined,
    synced: async () => {},
    snapshot: () => ({ ...snapshot(seen), version: changes.version() }),
    changed: changes.changed,
    subscribe: changes.subscribe,
    close: changes.close,
    [Symbol.dispose]: changes.close,
  }
  const asked: string[] = []
  const said: string[] = []
  const notes: string[] = []
  const api = {
    text: async (path: string) => {
      asked.push(path)
      return 'connecting\nno database\n'
    },
    delete: async (path: string) => void asked.push(`DELETE ${path}`),
  } as unknown as KubeApi
  return {
    asked,
    said,
    notes,
    show: (next: Partial<Snapshot>) => {
      seen = next
      changes.tell()
    },
    wait: (options: Partial<ReadyOptions> = {}) =>
      waitReady(live, [identity('StatefulSet'), identity('Service')], {
        signal,
        api,
        say: waits => said.at(-1) !== waits && said.push(waits),
        note: note => notes.push(note),
        settleMs: 0,
        ...options,
      }),
  }
}

const ready = { workloads: [set(1)], pods: [of({ ready: true, state: { running: { startedAt: now() } } })] }

it('returns at once where all is ready', async () => {
  const { wait, said } = scene(ready)
  await wait()
  expect(said).toEqual([])
})

it('says what it waits for, and returns as soon as it is there', async () => {
  const { wait, show, said } = scene({ workloads: [set(0)] })
  const waiting = wait()
  await new Promise(resolve => setImmediate(resolve))
  show({ workloads: [set(0)], pods: [of({ state: { running: { startedAt: now() } } })] })
  await new Promise(resolve => setTimeout(resolve, 5))
  show(ready)
  await waiting
  expect(said).toEqual(['api: 0 of 1 replica ready', 'api: 0 of 1 replica ready; container main runs'])
})

it('shows nothing that is hidden in what a crashed container printed last', async () => {
  const hidden = openHidden()
  hidden.hide('db', new Map([['name', Buffer.from('database')]]))
  const container = {
    restartCount: 1,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 3, reason: 'Error' } },
  }
  const { wait } = scene({ workloads: [set(0)], pods: [of(container)] }, hidden)
  await expect(wait()).rejects.toMatchObject({
    detail: 'The last lines of container main:\nconnecting\nno [hidden: db/name]',
  })
})

it('gives up at a crash loop, with what the crashed container printed last', async () => {
  const crashed = { exitCode: 3, reason: 'Error' }
  const container = {
    restartCount: 1,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: crashed },
  }
  const { wait, asked } = scene({ workloads: [set(0)], pods: [of(container)] })
  await expect(wait()).rejects.toMatchObject({
    code: 'WORKLOAD_FAILED',
    message:
      'StatefulSet shop/api does not get ready: pod api-0: container main exited with code 3, again and again (1 restart). It was left as it is.',
    detail: 'The last lines of container main:\nconnecting\nno database',
    hint: expect.stringContaining('run this again'),
  })
  expect(asked).toEqual(['/api/v1/namespaces/shop/pods/api-0/log?container=main&tailLines=15&previous=true'])
})

it('hopes for a while where something is missing that may still come', async () => {
  const missing = {
    state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "login" not found' } },
  }
  const { wait, show, said } = scene({ workloads: [set(0)], pods: [of(missing)] })
  const waiting = wait()
  await new Promise(resolve => setTimeout(resolve, 5))
  show(ready)
  await waiting
  expect(said).toEqual(['api: 0 of 1 replica ready; api-0: Secret login is missing'])
})

it('gives up at a probe only a minute after its container started', async () => {
  const probing = (seconds: number) => ({
    workloads: [set(0)],
    pods: [
      of({
        started: true,
        state: { running: { startedAt: new Date(Date.now() - seconds * 1000).toISOString() } },
      }),
    ],
    events: [
      event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', {
        pod: 'api-0',
        container: 'main',
        at: Date.now(),
      }),
    ],
  })
  await expect(scene(probing(61)).wait()).rejects.toMatchObject({
    message: expect.stringContaining('the readiness probe of container main fails: HTTP 503'),
  })
  const { wait, show } = scene(probing(50))
  const waiting = wait()
  await new Promise(resolve => setTimeout(resolve, 5))
  show(ready)
  await waiting
})

it('loses patience when nothing moves, and tells what it waited for', async () => {
  const { wait } = scene({ workloads: [set(0)], pods: [of({ state: { running: { startedAt: now() } } })] })
  await expect(wait({ patienceMs: 20 })).rejects.toMatchObject({
    code: 'WORKLOAD_SLOW',
    message:
      'Nothing moved for 20 ms. StatefulSet shop/api: 0 of 1 replica ready; container main runs. It was left as it is.',
  })
})

it('looks for a moment longer at a container without a probe, and sees it crash', async () => {
  const { wait, show, said } = scene(ready)
  const waiting = wait({ settleMs: 10_000 })
  await new Promise(resolve => setTimeout(resolve, 5))
  expect(said).toEqual(['looking whether what runs goes on running'])
  show({ workloads: [set(0)], pods: [of({ state: { waiting: { reason: 'CrashLoopBackOff' } } })] })
  await expect(waiting).rejects.toMatchObject({ code: 'WORKLOAD_FAILED' })
})

it('believes a probe, and a container that runs for long, at once', async () => {
  const spec = { containers: [{ name: 'main', readinessProbe: {} }] }
  const probed = of({ ready: true, state: { running: { startedAt: now() } } }, { spec })
  await scene({ ...ready, pods: [probed] }).wait({ settleMs: 60_000 })
  const long = of({ ready: true, state: { running: { startedAt: '2020-01-01T00:00:00Z' } } })
  await scene({ ...ready, pods: [long] }).wait({ settleMs: 60_000 })
})

it('deletes a StatefulSet’s broken pod of the old version, once', async () => {
  const old = workload('StatefulSet', {
    spec: { replicas: 1 },
    status: { currentRevision: 'a', updateRevision: 'b', updatedReplicas: 0 },
  })
  const broken = pod({
    name: 'api-0',
    owner,
    labels: { 'controller-revision-hash': 'a' },
    container: { state: { waiting: { reason: 'CrashLoopBackOff' } } },
  })
  const { wait, show, asked, notes } = scene({ workloads: [old], pods: [broken] })
  const waiting = wait()
  await new Promise(resolve => setTimeout(resolve, 5))
  show({ workloads: [old], pods: [broken] })
  await new Promise(resolve => setTimeout(resolve, 5))
  show(ready)
  await waiting
  expect(asked).toEqual(['DELETE /api/v1/namespaces/shop/pods/api-0'])
  expect(notes).toHaveLength(1)
})

it('judges nothing while nothing is heard of the cluster, and says so', async () => {
  const crash = of({ state: { waiting: { reason: 'CrashLoopBackOff' } } })
  const lost = { since: Date.now(), why: 'it does not answer' }
  const { wait, show, said } = scene({ workloads: [set(0)], pods: [crash], lost })
  const waiting = wait()
  await new Promise(resolve => setTimeout(resolve, 5))
  show({ ...ready, lost })
  await new Promise(resolve => setTimeout(resolve, 5))
  expect(said).toEqual(['nothing is heard of the cluster: it does not answer'])
  show(ready)
  await waiting
})

it('ends when it is told to', async () => {
  const ending = new AbortController()
  const waiting = scene({ workloads: [set(0)] }).wait({ signal: ending.signal })
  ending.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})
