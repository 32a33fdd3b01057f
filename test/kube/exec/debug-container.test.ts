import { expect, it } from 'vitest'
import { debugContainer } from '../../../src/kube/exec/debug-container.ts'
import type { Live } from '../../../src/kube/rollout/live.ts'
import type { ContainerStatus } from '../../../src/kube/rollout/objects.ts'
import { fakeApi } from '../support/fake-api.ts'
import { pod, running, snapshot } from '../support/seen.ts'

const { signal } = new AbortController()
const options = { image: 'tools:1', signal, say: () => {} }
const target = { pod: 'api-1', target: 'main' }
const mounts = [
  { name: 'data', mountPath: '/data' },
  { name: 'data', mountPath: '/part', subPath: 'part' },
]

function wholePod(more: object = {}, status: object = {}) {
  return { spec: { containers: [{ name: 'main', volumeMounts: mounts }], ...more }, status }
}

/** A namespace where the container that was added is seen so. */
function seen(status: Partial<ContainerStatus>, name = 'devk-shell-1'): Live {
  const ephemeralContainerStatuses = [{ name, ...status }]
  const pods = [pod({ name: 'api-1', status: { ephemeralContainerStatuses } })]
  return { namespace: 'shop', snapshot: () => snapshot({ pods }) } as unknown as Live
}

it('adds a container with the processes and the volumes of its target, and says which of these it can’t have', async () => {
  await using cluster = await fakeApi(() => wholePod())
  const found = await debugContainer(cluster.api, seen(running()), target, options)
  expect(found).toMatchObject({ name: 'devk-shell-1', leftOut: ['/part'], firstProcess: 1 })
  expect(cluster.changes()).toEqual(['PATCH /api/v1/namespaces/shop/pods/api-1/ephemeralcontainers'])
  expect(JSON.parse(cluster.requests.at(-1)?.body ?? '')).toMatchObject({
    spec: {
      ephemeralContainers: [
        {
          name: 'devk-shell-1',
          image: 'tools:1',
          targetContainerName: 'main',
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
    },
  })
})

it('takes the one that is there, and adds another one only where that has ended or is of another image', async () => {
  const before = (image: string, state: object) =>
    wholePod(
      { ephemeralContainers: [{ name: 'devk-shell-1', image, targetContainerName: 'main' }] },
      { ephemeralContainerStatuses: [{ name: 'devk-shell-1', state }] },
    )
  for (const [whole, name] of [
    [before('tools:1', { running: {} }), 'devk-shell-1'],
    [before('tools:1', { terminated: { exitCode: 0 } }), 'devk-shell-2'],
    [before('tools:2', { running: {} }), 'devk-shell-2'],
  ] as const) {
    await using cluster = await fakeApi(() => whole)
    expect((await debugContainer(cluster.api, seen(running(), name), target, options)).name).toBe(name)
    expect(cluster.changes()).toHaveLength(name === 'devk-shell-1' ? 0 : 1)
  }
})

it('says why it does not run', async () => {
  await using cluster = await fakeApi(() => wholePod())
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "tools:1"' }
  const attempt = debugContainer(cluster.api, seen({ state: { waiting } }), target, options)
  await expect(attempt).rejects.toMatchObject({
    code: 'DEBUG_CONTAINER',
    message: expect.stringContaining('The container of tools:1 that was added to pod api-1 does not run'),
  })
})
