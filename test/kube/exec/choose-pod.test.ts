import { expect, it } from 'vitest'
import { choosePod } from '../../../src/kube/exec/choose-pod.ts'
import type { Pod } from '../../../src/kube/rollout/objects.ts'
import { ago, event, identity, NOW, pod, running, snapshot, workload } from '../support/seen.ts'

const job = workload('Job')
const at = (name: string, seconds: number, like: Parameters<typeof pod>[0] = {}): Pod => {
  const made = pod({ name, owner: 'uid-Job-api', container: running(), ...like })
  return { ...made, metadata: { ...made.metadata, creationTimestamp: ago(seconds) } }
}
const isReady = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
const ready = (name: string, seconds: number, like: Parameters<typeof pod>[0] = {}): Pod => {
  const made = at(name, seconds, like)
  return { ...made, status: { ...made.status, ...isReady } }
}
const choose = (pods: Pod[], container?: string, more = {}) => {
  const seen = snapshot({ workloads: [job], pods, ...more })
  return choosePod({ service: 'api', objects: [identity('Job')], container }, seen, NOW)
}

it('takes the only Ready pod, whatever else there is', () => {
  const pods = [at('api-new', 5), ready('api-old', 60), ready('api-gone', 1, { deleting: true })]
  expect(choose(pods)).toMatchObject({ pod: { metadata: { name: 'api-old' } }, others: [] })
})

it('takes the newest of several, the same each time, and names the others', () => {
  const pods = [ready('api-c', 60), ready('api-b', 10), ready('api-a', 10)]
  const { pod: chosen, others } = choose(pods)
  expect([chosen.metadata.name, ...others]).toEqual(['api-a', 'api-b', 'api-c'])
})

it('takes the first container, or the one that the pod says is meant', () => {
  const two = ready('api-a', 1, { spec: { containers: [{ name: 'main' }, { name: 'side' }] } })
  expect(choose([two]).container).toBe('main')
  const annotations = { 'kubectl.kubernetes.io/default-container': 'side' }
  const status = {
    ...two.status,
    containerStatuses: [
      { name: 'main', ...running() },
      { name: 'side', ...running() },
    ],
  }
  const named = { ...two, status, metadata: { ...two.metadata, annotations } }
  expect(choose([named]).container).toBe('side')
  expect(choose([named], 'main').container).toBe('main')
})

it('says which containers there are where none has that name', () => {
  expect(() => choose([ready('api-a', 1)], 'mian')).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: 'api has no container mian; did you mean main?',
      hint: 'It has main.',
    }),
  )
})

it('takes a pod that runs although it is not Ready, and says why it is not', () => {
  const sick = at('api-a', 60, { container: { ...running(), ready: false } })
  const events = [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')]
  const own = events.map(each => ({ ...each, about: { ...each.about, uid: 'uid-api-a' }, container: 'main' }))
  expect(choose([sick], undefined, { events: own }).note).toBe(
    'api-a is not Ready: the readiness probe of container main fails: HTTP 503',
  )
})

it('says why none runs', () => {
  const crash = at('api-a', 60, {
    container: { state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 3 },
  })
  expect(() => choose([crash])).toThrow(
    expect.objectContaining({
      code: 'NOT_RUNNING',
      message: expect.stringContaining('api-a: container main ends again and again (3 restarts)'),
    }),
  )
  expect(() => choose([])).toThrow('api has no pod: ')
})
