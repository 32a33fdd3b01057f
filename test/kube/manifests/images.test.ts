import { expect, it } from 'vitest'
import { withImages } from '../../../src/kube/manifests/images.ts'
import type { KubeObject } from '../../../src/kube/object.ts'

const digest = 'localhost:5001/shop/api@sha256:abc'
const images = new Map([
  ['api', digest],
  ['web', 'localhost:5001/shop/web@sha256:def'],
])

const podSpec = {
  initContainers: [{ name: 'first', image: 'api' }],
  containers: [
    { name: 'main', image: 'api:latest', env: [{ name: 'IMAGE', value: 'api' }] },
    { name: 'side', image: 'postgres:15' },
  ],
  ephemeralContainers: [{ name: 'debug', image: 'api' }],
  volumes: [
    { name: 'v', image: { reference: 'api:dev', pullPolicy: 'Always' } },
    { name: 'w', emptyDir: {} },
  ],
}
const replaced = {
  initContainers: [{ name: 'first', image: digest }],
  containers: [
    { name: 'main', image: digest, env: [{ name: 'IMAGE', value: 'api' }] },
    { name: 'side', image: 'postgres:15' },
  ],
  ephemeralContainers: [{ name: 'debug', image: 'api' }],
  volumes: [
    { name: 'v', image: { reference: digest, pullPolicy: 'Always' } },
    { name: 'w', emptyDir: {} },
  ],
}
const object = (apiVersion: string, kind: string, rest: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  ...rest,
})

it.each([
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'ReplicaSet'],
  ['batch/v1', 'Job'],
  ['v1', 'ReplicationController'],
])('puts the image into the pod template of %s %s', (apiVersion, kind) => {
  const before = object(apiVersion, kind, { spec: { template: { spec: podSpec } } })
  const { objects, used } = withImages([before], images)
  expect(objects[0]?.['spec']).toEqual({ template: { spec: replaced } })
  expect([...used]).toEqual(['api'])
})

it('puts the image into a bare Pod, a PodTemplate and a CronJob', () => {
  const { objects } = withImages(
    [
      object('v1', 'Pod', { spec: podSpec }),
      object('v1', 'PodTemplate', { template: { spec: podSpec } }),
      object('batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { template: { spec: podSpec } } } } }),
    ],
    images,
  )
  expect(objects[0]?.['spec']).toEqual(replaced)
  expect(objects[1]?.['template']).toEqual({ spec: replaced })
  expect(objects[2]?.['spec']).toEqual({ jobTemplate: { spec: { template: { spec: replaced } } } })
})

it('leaves an image alone that only begins with a service’s name', () => {
  const names = ['api:1.2', 'api@sha256:0', 'my/api', 'localhost:5001/api', 'api-old', 'apis']
  const spec = { containers: names.map(image => ({ name: 'a', image })) }
  const { objects, used } = withImages([object('v1', 'Pod', { spec })], images)
  expect(objects[0]?.['spec']).toEqual(spec)
  expect(used.size).toBe(0)
})

it('replaces in custom resources only at the configured paths of their kind', () => {
  const spec = { engine: { image: 'api' }, parts: [{ image: 'web' }, { image: 'other:1' }], note: 'api' }
  const paths = [
    { kind: 'Engine', path: 'spec.engine.image' },
    { kind: 'Engine', path: 'spec.parts[].image' },
    { kind: 'Engine', path: 'spec.nowhere.image' },
    { kind: 'Other', path: 'spec.note' },
  ]
  const { objects, used } = withImages([object('example.com/v1', 'Engine', { spec })], images, paths)
  expect(objects[0]?.['spec']).toEqual({
    engine: { image: digest },
    parts: [{ image: images.get('web') }, { image: 'other:1' }],
    note: 'api',
  })
  expect([...used].toSorted()).toEqual(['api', 'web'])
})

it('takes a kind for a workload only in its own API group', () => {
  const before = object('example.com/v1', 'Deployment', { spec: { template: { spec: podSpec } } })
  expect(withImages([before], images).objects[0]).toEqual(before)
})

it('changes nothing that it was given', () => {
  const before = object('v1', 'Pod', { spec: podSpec })
  const copy = structuredClone(before)
  withImages([before], images)
  expect(before).toEqual(copy)
})
