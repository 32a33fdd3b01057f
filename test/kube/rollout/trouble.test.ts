import { expect, it } from 'vitest'
import type { KubeEvent } from '../../../src/kube/rollout/objects.ts'
import { troubleOf } from '../../../src/kube/rollout/trouble.ts'
import { ago, event, NOW, type PodLike, pod, running } from '../support/seen.ts'

const trouble = (like: PodLike, events: KubeEvent[] = []) => troubleOf(pod(like), events, NOW)
const waiting = (reason: string, message = '', lastState = {}) =>
  trouble({ container: { restartCount: 3, state: { waiting: { reason, message } }, lastState } })
const pending = { phase: 'Pending' }

it('finds nothing wrong with a pod that is ready, done, just starting or on its way out', () => {
  expect(trouble({ container: running() })).toBeUndefined()
  expect(trouble({ status: { phase: 'Succeeded' } })).toBeUndefined()
  expect(
    trouble({ status: pending, container: { state: { waiting: { reason: 'ContainerCreating' } } } }),
  ).toBeUndefined()
  expect(
    trouble({ deleting: true, container: { state: { terminated: { exitCode: 1, reason: 'Error' } } } }),
  ).toBeUndefined()
})

it('tells the exit code of a crash loop, and how often it came', () => {
  const lastState = { terminated: { exitCode: 3, reason: 'Error' } }
  expect(waiting('CrashLoopBackOff', 'back-off 10s restarting failed container', lastState)).toEqual({
    pod: 'api-1',
    container: 'main',
    reason: 'CrashLoopBackOff',
    message: 'container main exited with code 3, again and again (3 restarts)',
    fatal: true,
    graceMs: 0,
  })
})

it.each([
  [
    { exitCode: 137, reason: 'OOMKilled' },
    'was killed because it used more memory than its limit allows (OOMKilled)',
  ],
  [{ exitCode: 139, reason: 'Error' }, 'was ended by SIGSEGV (exit code 139)'],
  [{ exitCode: 0, signal: 9, reason: 'Error' }, 'was ended by SIGKILL (exit code 0)'],
  [{ exitCode: 255, reason: 'Error' }, 'exited with code 255'],
  [
    {
      exitCode: 128,
      reason: 'StartError',
      message:
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nowhere": stat /nowhere: no such file or directory: unknown',
    },
    'can\'t be started: exec: "/nowhere": stat /nowhere: no such file or directory',
  ],
])('tells how a container ended: %o', (terminated, words) => {
  expect(waiting('CrashLoopBackOff', '', { terminated })?.message).toContain(`container main ${words}`)
})

it('hopes after the first crash, and no longer after the second', () => {
  const state = { terminated: { exitCode: 1, reason: 'Error' } }
  expect(trouble({ container: { state } })).toMatchObject({
    message: 'container main exited with code 1, and is started again',
    fatal: false,
  })
  expect(trouble({ container: { state, lastState: state, restartCount: 1 } })).toMatchObject({
    message: 'container main exited with code 1, again and again (1 restart)',
    fatal: true,
  })
})

it('does not say that a container is started again where its pod is not', () => {
  const container = { state: { terminated: { exitCode: 4, reason: 'Error' } } }
  expect(trouble({ spec: { restartPolicy: 'Never' }, container })?.message).toBe(
    'container main exited with code 4',
  )
})

const pull = (words: string) =>
  `failed to pull and unpack image "reg/nope:1": failed to resolve reference "reg/nope:1": ${words}`

it.each([
  ['reg/nope:1: not found', 'the registry does not have it (not found)', 0],
  [
    'pull access denied, repository does not exist or may require authorization',
    'the registry does not have it (not found)',
    0,
  ],
  [
    'failed to authorize: 401 Unauthorized',
    'the registry refuses it: failed to authorize: 401 Unauthorized',
    0,
  ],
  [
    'failed to do request: Head "https://reg/v2/nope/manifests/1": dial tcp: lookup reg on 172.18.0.1:53: no such host',
    'dial tcp: lookup reg on 172.18.0.1:53: no such host',
    30_000,
  ],
  [
    'failed to do request: Head "http://localhost:5050/v2/nope/manifests/1": dial tcp [::1]:5050: connect: connection refused',
    'the registry that stands for localhost:5050 in the cluster does not have it, or there is none',
    5_000,
  ],
])('tells in the registry’s words why an image can’t be had: %s', (words, told, graceMs) => {
  expect(waiting('ErrImagePull', pull(words))).toMatchObject({
    reason: 'ImagePullBackOff',
    message: `image reg/nope:1 can't be had: ${told}`,
    fatal: true,
    graceMs,
  })
})

it('keeps one name for a pull that fails and one that backs off', () => {
  const backOff = waiting(
    'ImagePullBackOff',
    `Back-off pulling image "reg/nope:1": ErrImagePull: ${pull('reg/nope:1: not found')}`,
  )
  expect(backOff).toEqual(waiting('ErrImagePull', pull('reg/nope:1: not found')))
})

it('finds the cause of a pull that backs off in the event, where the kubelet tells it only there', () => {
  const container = {
    state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "reg/nope:1"' } },
  }
  const failed = event(
    'Failed',
    `Failed to pull image "reg/nope:1": rpc error: code = NotFound desc = ${pull('reg/nope:1: not found')}`,
    {
      container: 'main',
    },
  )
  expect(trouble({ container }, [failed])?.message).toBe(
    "image reg/nope:1 can't be had: the registry does not have it (not found)",
  )
})

it('says of a name that can’t be one, and of a policy that forbids to pull', () => {
  const invalid =
    'failed to parse image reference "UPPER:1": invalid reference format: repository name must be lowercase'
  expect(waiting('ErrImagePull', invalid)?.message).toBe(
    "image UPPER:1 can't be had: this is no name of an image",
  )
  expect(
    waiting('ErrImageNeverPull', 'Container image "a:1" is not present with pull policy of Never')?.message,
  ).toBe("image a:1 can't be had: the node does not have it, and imagePullPolicy Never forbids to pull it")
})

it.each([
  ['secret "login" not found', 'Secret login is missing'],
  ['configmap "settings" not found', 'ConfigMap settings is missing'],
  ["couldn't find key PORT in ConfigMap shop/settings", 'ConfigMap settings has no key PORT'],
  ["couldn't find key password in Secret shop/login", 'Secret login has no key password'],
])('names what a container’s configuration lacks: %s', (message, told) => {
  expect(waiting('CreateContainerConfigError', message)).toMatchObject({
    message: told,
    fatal: true,
    graceMs: 4_000,
  })
})

it.each([
  ['MountVolume.SetUp failed for volume "v" : secret "login" not found', 'Secret login is missing', 4_000],
  [
    'MountVolume.SetUp failed for volume "v" : configmap "absent" not found',
    'ConfigMap absent is missing',
    4_000,
  ],
  [
    'MountVolume.SetUp failed for volume "v" : references non-existent config key: a.conf',
    'a volume names key a.conf, which its ConfigMap does not have',
    4_000,
  ],
  [
    'MountVolume.SetUp failed for volume "v" : hostPath type check failed: /x is not a directory',
    "volume v can't be mounted: hostPath type check failed: /x is not a directory",
    60_000,
  ],
])('tells why a volume can’t be mounted: %s', (message, told, graceMs) => {
  expect(trouble({ status: pending }, [event('FailedMount', message)])).toMatchObject({
    message: told,
    graceMs,
  })
})

it('believes no event of a mount that came to its end, is another pod’s, or only the kubelet’s own delay', () => {
  const missing = 'MountVolume.SetUp failed for volume "v" : secret "login" not found'
  const delay =
    'MountVolume.SetUp failed for volume "v" : failed to sync configmap cache: timed out waiting for the condition'
  const conditions = [{ type: 'PodReadyToStartContainers', status: 'True' }]
  expect(trouble({ status: { ...pending, conditions } }, [event('FailedMount', missing)])).toBeUndefined()
  expect(trouble({ status: pending }, [event('FailedMount', missing, { pod: 'web-1' })])).toBeUndefined()
  expect(trouble({ status: pending }, [event('FailedMount', delay)])).toBeUndefined()
  const pulling = event('Pulling', 'Pulling image "api"')
  expect(trouble({ status: pending }, [event('FailedMount', missing), pulling])).toBeUndefined()
})

const unscheduled = (message: string) =>
  trouble({
    status: {
      ...pending,
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    },
  })

it('tells in the scheduler’s words why no node takes a pod, without what follows from it', () => {
  expect(
    unscheduled(
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ),
  ).toMatchObject({
    reason: 'Unschedulable',
    message: 'no node takes it: 0/1 nodes are available: 1 Insufficient cpu',
    graceMs: 5_000,
  })
})

it('waits longer for a node that is just coming', () => {
  const starting =
    '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.'
  expect(unscheduled(starting)?.graceMs).toBe(60_000)
})

it('names a claim that is missing', () => {
  expect(unscheduled('0/1 nodes are available: persistentvolumeclaim "data" not found.')).toMatchObject({
    reason: 'FailedMount',
    message: 'PersistentVolumeClaim data is missing',
  })
})

const probing = { ready: false, started: true, state: { running: { startedAt: ago(20) } } }
const unhealthy = (message: string, more = {}) => event('Unhealthy', message, { container: 'main', ...more })

it.each([
  ['Readiness probe failed: HTTP probe failed with statuscode: 503', 'readiness', 'HTTP 503'],
  [
    'Readiness probe failed: Get "http://10.244.0.5:8080/": dial tcp 10.244.0.5:8080: connect: connection refused',
    'readiness',
    'nothing listens at 10.244.0.5:8080 (connection refused)',
  ],
  [
    'Liveness probe failed: Get "http://10.244.0.5:8080/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'liveness',
    'no answer in time',
  ],
  ['Readiness probe failed: not yet', 'readiness', 'not yet'],
  ['Readiness probe failed: ', 'readiness', 'its command failed and printed nothing'],
])('tells what a failing probe was answered: %s', (message, kind, answer) => {
  expect(trouble({ container: probing }, [unhealthy(message)])).toMatchObject({
    message: `the ${kind} probe of container main fails: ${answer}`,
    fatal: true,
    since: Date.parse(ago(20)),
    graceMs: 60_000,
  })
})

it('gives a probe that begins late so much longer', () => {
  const spec = { containers: [{ name: 'main', readinessProbe: { initialDelaySeconds: 30 } }] }
  const found = trouble({ spec, container: probing }, [unhealthy('Readiness probe failed: no')])
  expect(found?.graceMs).toBe(90_000)
})

it('believes only probes of this run of the container, and the newest of them', () => {
  const old = unhealthy('Readiness probe failed: old', { at: NOW - 21_000 })
  expect(trouble({ container: probing }, [old])).toBeUndefined()
  const events = [
    unhealthy('Readiness probe failed: new'),
    unhealthy('Readiness probe failed: first', { at: NOW - 9_000 }),
  ]
  expect(trouble({ container: probing }, events)?.message).toContain('new')
  expect(trouble({ container: running(20) }, events)).toBeUndefined()
})

it('leaves a startup probe its own patience', () => {
  const container = { ...probing, started: false }
  expect(
    trouble({ container }, [unhealthy('Startup probe failed: HTTP probe failed with statuscode: 500')]),
  ).toMatchObject({
    message: 'the startup probe of container main fails: HTTP 500',
    fatal: false,
  })
})

it('names an init container that fails', () => {
  const state = { waiting: { reason: 'CrashLoopBackOff' } }
  const lastState = { terminated: { exitCode: 7, reason: 'Error' } }
  const status = {
    ...pending,
    initContainerStatuses: [{ name: 'migrate', state, lastState, restartCount: 1 }],
    containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }],
  }
  expect(trouble({ status })).toMatchObject({
    container: 'migrate',
    message: 'init container migrate exited with code 7, again and again (1 restart)',
  })
})

it('tells of an eviction, of a lost node and of a sandbox that can’t be made', () => {
  const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory. ' }
  expect(trouble({ status: evicted })).toMatchObject({
    reason: 'Evicted',
    message: 'The node was low on resource: memory.',
  })
  expect(trouble({ status: { reason: 'NodeLost' } })?.message).toBe('its node does not answer')
  const sandbox = event(
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = plugin type="ptp" failed: no IP addresses available',
  )
  expect(trouble({ status: pending }, [sandbox])?.message).toContain('no IP addresses available')
})

it('names the worst of several troubles', () => {
  const status = {
    containerStatuses: [
      { name: 'a', state: { terminated: { exitCode: 1, reason: 'Error' } } },
      {
        name: 'b',
        state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } },
      },
      { name: 'c', state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ],
  }
  expect(trouble({ status })?.container).toBe('c')
})
