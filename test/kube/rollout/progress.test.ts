import { describe, expect, it } from 'vitest'
import type { Workload } from '../../../src/kube/rollout/objects.ts'
import { progressOf } from '../../../src/kube/rollout/progress.ts'
import { identity, NOW, pod, running, snapshot, workload } from '../support/seen.ts'

const progress = (kind: Workload['kind'], like: Parameters<typeof workload>[1], applied = {}) =>
  progressOf(snapshot({ workloads: [workload(kind, like)] }), identity(kind, 'api', applied))

describe('a Deployment', () => {
  const spec = { replicas: 2 }
  const all = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }

  it('is done when all its replicas are of the new version, available, and alone', () => {
    expect(progress('Deployment', { spec, status: all })).toMatchObject({ done: true, ready: 2, wanted: 2 })
  })

  it.each([
    [{}, '0 of 2 replicas made'],
    [{ replicas: 3, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2 }, '1 of 2 replicas made'],
    [{ ...all, readyReplicas: 1, availableReplicas: 1 }, '1 of 2 replicas ready'],
    [{ ...all, replicas: 3, availableReplicas: 3 }, '1 replica of the old version still there'],
  ])('is not done at %o', (status, words) => {
    expect(progress('Deployment', { spec, status })).toMatchObject({ done: false, words })
  })

  it('is not judged by what its controller said before it saw what was applied', () => {
    const before = { spec, status: { ...all, observedGeneration: 1 } }
    expect(progress('Deployment', { ...before, metadata: { generation: 2 } })?.done).toBe(false)
    expect(progress('Deployment', before, { generation: 2 })?.done).toBe(false)
    expect(progress('Deployment', before, { generation: 1 })?.done).toBe(true)
  })

  it('is not the one that was applied if it was made anew since', () => {
    expect(progress('Deployment', { spec, status: all }, { uid: 'another' })).toMatchObject({
      done: false,
      missing: true,
    })
  })

  it('is done with no replica where none is wanted, and while it is paused', () => {
    expect(progress('Deployment', { spec: { replicas: 0 } })?.done).toBe(true)
    expect(progress('Deployment', { spec: { ...spec, paused: true } })?.done).toBe(true)
  })

  it('has only the pods of its newest ReplicaSet, and those only once it is known which that is', () => {
    const revision = (value: string) => ({ annotations: { 'deployment.kubernetes.io/revision': value } })
    const set = (name: string, value: string) =>
      workload('ReplicaSet', {
        name,
        metadata: {
          ...revision(value),
          ownerReferences: [{ kind: 'Deployment', name: 'api', uid: 'uid-Deployment-api' }],
        },
      })
    const of = (...workloads: Workload[]) =>
      progressOf(
        snapshot({
          workloads: [workload('Deployment', { metadata: revision('2') }), ...workloads],
          pods: [
            pod({ name: 'old', owner: 'uid-ReplicaSet-api-1' }),
            pod({ name: 'new', owner: 'uid-ReplicaSet-api-2' }),
            pod({ name: 'going', owner: 'uid-ReplicaSet-api-2', deleting: true }),
          ],
        }),
        identity('Deployment'),
      )?.pods.map(({ metadata }) => metadata.name)
    expect(of(set('api-1', '1'), set('api-2', '2'))).toEqual(['new'])
    expect(of(set('api-1', '1'))).toEqual([])
  })

  it('tells that its pods are refused, and that it gave up', () => {
    const refused = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'exceeded quota',
    }
    expect(progress('Deployment', { spec, status: { conditions: [refused] } })?.refused).toBe(
      'exceeded quota',
    )
    const late = {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'too late',
    }
    expect(progress('Deployment', { spec, status: { conditions: [late] } })?.failed).toEqual({
      reason: 'ProgressDeadlineExceeded',
      message: 'too late',
    })
  })
})

describe('a StatefulSet', () => {
  const spec = { replicas: 3, updateStrategy: { type: 'RollingUpdate' } }
  it.each([
    [{ readyReplicas: 3, currentRevision: 'b', updateRevision: 'b' }, true, '3 of 3 replicas ready'],
    [{ readyReplicas: 2, currentRevision: 'b', updateRevision: 'b' }, false, '2 of 3 replicas ready'],
    [
      { readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      false,
      '1 of 3 replicas of the new version',
    ],
  ])('at %o is done: %s', (status, done, words) => {
    expect(progress('StatefulSet', { spec, status })).toMatchObject({ done, words })
  })

  it('needs no new pods above its partition, and none at all where they are replaced by hand', () => {
    const status = { readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' }
    const parted = { ...spec, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }
    expect(progress('StatefulSet', { spec: parted, status })?.done).toBe(true)
    const byHand = { ...spec, updateStrategy: { type: 'OnDelete' } }
    expect(progress('StatefulSet', { spec: byHand, status })?.done).toBe(true)
  })

  it('has only pods of its newest revision', () => {
    const set = workload('StatefulSet', { status: { updateRevision: 'b' } })
    const of = (name: string, hash: string) =>
      pod({ name, owner: 'uid-StatefulSet-api', labels: { 'controller-revision-hash': hash } })
    const found = progressOf(
      snapshot({ workloads: [set], pods: [of('api-0', 'a'), of('api-1', 'b')] }),
      identity('StatefulSet'),
    )
    expect(found?.pods.map(({ metadata }) => metadata.name)).toEqual(['api-1'])
  })
})

it('a DaemonSet is done when each node has its new pod', () => {
  const status = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }
  expect(progress('DaemonSet', { status })?.done).toBe(true)
  expect(progress('DaemonSet', { status: { ...status, updatedNumberScheduled: 1 } })).toMatchObject({
    done: false,
    words: '1 of 2 replicas of the new version',
  })
  expect(progress('DaemonSet', { status: { ...status, numberAvailable: 1 } })).toMatchObject({
    done: false,
    words: '1 of 2 replicas ready',
  })
})

it('a Job is done when it ran to its end, or may not run', () => {
  const condition = (type: string, message = '') => ({
    conditions: [{ type, status: 'True', reason: 'R', message }],
  })
  expect(progress('Job', { status: condition('Complete') })).toMatchObject({ done: true, completed: true })
  expect(progress('Job', { spec: { suspend: true } })?.done).toBe(true)
  expect(progress('Job', { status: { active: 1 } })).toMatchObject({ done: false })
  expect(progress('Job', { status: condition('Failed', 'too often') })).toMatchObject({
    done: false,
    failed: { reason: 'R', message: 'too often' },
  })
})

it('a bare Pod is done when it is ready, or ran to its end', () => {
  const of = (status: object) =>
    progressOf(snapshot({ pods: [pod({ name: 'api', status })] }), identity('Pod'))
  expect(
    of({
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'main', ...running() }],
    })?.done,
  ).toBe(true)
  expect(of({ phase: 'Succeeded' })).toMatchObject({ done: true, completed: true })
  expect(of({})?.done).toBe(false)
  expect(of({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' })?.failed?.message).toBe(
    'low on memory',
  )
})

it('all other kinds are what they are at once', () => {
  for (const kind of ['CronJob', 'Service', 'ConfigMap'])
    expect(progressOf(snapshot(), identity(kind))).toBeUndefined()
  const custom = { ...identity('Deployment'), apiVersion: 'example.com/v1' }
  expect(progressOf(snapshot(), custom)).toBeUndefined()
})

it('what is in another namespace than what was seen is not told of', () => {
  const elsewhere = { ...identity('Deployment'), namespace: 'other' }
  expect(progressOf(snapshot({ workloads: [workload('Deployment')] }), elsewhere)).toBeUndefined()
})

it('what runs since before its node was started is only a memory of the cluster’s', () => {
  const set = workload('StatefulSet', {
    spec: { replicas: 1 },
    status: { readyReplicas: 1, currentRevision: 'a', updateRevision: 'a' },
  })
  const of = (seconds: number) =>
    progressOf(
      snapshot({
        workloads: [set],
        pods: [
          pod({
            owner: 'uid-StatefulSet-api',
            labels: { 'controller-revision-hash': 'a' },
            spec: { nodeName: 'one' },
            container: running(seconds),
          }),
        ],
        nodeStarts: new Map([['one', Math.floor(NOW / 1_000) - 60]]),
      }),
      identity('StatefulSet'),
    )
  expect(of(120)).toMatchObject({ done: false, words: 'not heard of since its node was started' })
  expect(of(30)).toMatchObject({ done: true })
})
