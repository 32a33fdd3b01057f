import { expect, it } from 'vitest'
import type { KubeObject } from '../../../src/kube/object.ts'
import { slimPod } from '../../../src/kube/rollout/slim.ts'

it('keeps of a pod which container is meant, and the containers that were added to it', () => {
  const annotations = { 'kubectl.kubernetes.io/default-container': 'main', other: 'x' }
  const added = { name: 'debug', state: { running: {} }, image: 'tools' }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'api-1', annotations, managedFields: [] },
    spec: { containers: [{ name: 'main', env: [] }] },
    status: { phase: 'Running', ephemeralContainerStatuses: [added] },
  } as unknown as KubeObject
  expect(slimPod(pod)).toEqual({
    metadata: { name: 'api-1', annotations: { 'kubectl.kubernetes.io/default-container': 'main' } },
    spec: { containers: [{ name: 'main' }] },
    status: { phase: 'Running', ephemeralContainerStatuses: [{ name: 'debug', state: { running: {} } }] },
  })
})
