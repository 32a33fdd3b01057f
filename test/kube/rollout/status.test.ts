import { expect, it } from 'vitest'
import type { Snapshot } from '../../../src/kube/rollout/objects.ts'
import { serviceStatus } from '../../../src/kube/rollout/status.ts'
import { identity, NOW, pod, running, snapshot, workload } from '../support/seen.ts'

const set = workload('StatefulSet', {
  spec: { replicas: 1 },
  status: { readyReplicas: 1, currentRevision: 'a', updateRevision: 'a' },
})
const labels = { 'controller-revision-hash': 'a' }
const owned = (like: object) => pod({ name: 'api-0', owner: 'uid-StatefulSet-api', labels, ...like })
const status = (seen: Partial<Snapshot>, objects = [identity('StatefulSet'), identity('Service')]) =>
  serviceStatus(objects, snapshot(seen), NOW)

it('is ready when all that was applied is', () => {
  const pods = [owned({ container: { ...running(), restartCount: 2 } })]
  expect(status({ workloads: [set], pods })).toEqual({ state: 'ready', ready: 1, wanted: 1, restarts: 2 })
})

it('is ready with nothing that takes time', () => {
  expect(status({}, [identity('Service')]).state).toBe('ready')
})

it('is missing where an object is gone', () => {
  expect(status({})).toMatchObject({ state: 'missing', why: 'StatefulSet api is not there' })
})

it('is failing with the reason, and starting with what is still to come', () => {
  const starting = workload('StatefulSet', {
    spec: { replicas: 1 },
    status: { updateRevision: 'a', currentRevision: 'a' },
  })
  const crash = owned({ container: { state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 4 } })
  expect(status({ workloads: [starting], pods: [crash] })).toMatchObject({
    state: 'failing',
    why: 'api-0: container main ends again and again (4 restarts)',
    ready: 0,
    restarts: 4,
  })
  const runs = owned({ container: { ...running(), ready: false } })
  expect(status({ workloads: [starting], pods: [runs] })).toMatchObject({
    state: 'starting',
    why: '0 of 1 replica ready; container main runs',
  })
})

it('is stopped where no pod is wanted, and done where only Jobs were', () => {
  const none = workload('StatefulSet', { spec: { replicas: 0 } })
  expect(status({ workloads: [none] }).state).toBe('stopped')
  const job = workload('Job', {
    status: { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] },
  })
  expect(status({ workloads: [job] }, [identity('Job')])).toMatchObject({ state: 'done', wanted: 0 })
  const both = [identity('Job'), identity('StatefulSet')]
  expect(status({ workloads: [job, set] }, both)).toMatchObject({ state: 'ready', wanted: 1 })
})
