import { expect, it } from 'vitest'
import { originOf, withOrigin } from '../../../src/kube/manifests/origin.ts'
import { prepareObjects } from '../../../src/kube/manifests/prepare.ts'
import type { KubeObject } from '../../../src/kube/object.ts'

const belonging = { project: 'shop', service: 'api', namespace: 'dev' }
const whose = { 'devk.dev/project': 'shop', 'devk.dev/service': 'api' }
const labels = { 'app.kubernetes.io/managed-by': 'devk', ...whose }
const prepare = (...objects: KubeObject[]) => prepareObjects(objects, belonging)

it('gives a namespace to what is namespaced and names none', () => {
  const [a, b, c] = prepare(
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'b', namespace: 'own' } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'c' } },
  )
  expect([a, b, c].map(object => object?.metadata.namespace)).toEqual(['dev', 'own', undefined])
})

it('knows from a CRD beside it that a custom resource is cluster-wide', () => {
  const crd = (kind: string, scope: string): KubeObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.toLowerCase()}s.example.com` },
    spec: { group: 'example.com', scope, names: { kind, plural: `${kind.toLowerCase()}s` } },
  })
  const custom = (kind: string) => ({ apiVersion: 'example.com/v1', kind, metadata: { name: 'x' } })
  const [, , wide, narrow] = prepare(
    crd('Wide', 'Cluster'),
    crd('Narrow', 'Namespaced'),
    custom('Wide'),
    custom('Narrow'),
  )
  expect(wide?.metadata.namespace).toBeUndefined()
  expect(narrow?.metadata.namespace).toBe('dev')
})

it('labels the object, and its pods only with whose they are, and no selector', () => {
  const [deployment] = prepare({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api', labels: { app: 'api', 'app.kubernetes.io/managed-by': 'Helm' } },
    spec: {
      selector: { matchLabels: { app: 'api' } },
      template: { metadata: { labels: { app: 'api' }, annotations: { a: 'b' } }, spec: {} },
    },
  })
  expect(deployment?.metadata.labels).toEqual({ app: 'api', ...labels })
  expect(deployment?.['spec']).toEqual({
    selector: { matchLabels: { app: 'api' } },
    template: { metadata: { labels: { app: 'api', ...whose }, annotations: { a: 'b' } }, spec: {} },
  })
})

it('labels the pods of a CronJob, and a bare Pod as the object that it is', () => {
  const [cron, pod] = prepare(
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: { jobTemplate: { spec: { template: { spec: {} } } } },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one' }, spec: {} },
  )
  expect(cron?.['spec']).toEqual({
    jobTemplate: { spec: { template: { metadata: { labels: whose }, spec: {} } } },
  })
  expect(pod?.metadata).toEqual({ name: 'one', namespace: 'dev', labels })
})

it('remembers where an object was read, and tells nobody else', () => {
  const [service] = prepare(
    withOrigin({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } }, 'a.yaml:1'),
  )
  expect(originOf(service as KubeObject)).toBe('a.yaml:1')
  expect(JSON.stringify(service)).not.toContain('a.yaml')
})

it('leaves out what only a cluster writes, as in a manifest that was made from an object', () => {
  const exported = {
    name: 'a',
    uid: '1',
    resourceVersion: '2',
    generation: 3,
    creationTimestamp: '2026-01-01T00:00:00Z',
    managedFields: [],
    annotations: { a: 'b' },
  }
  const [service] = prepare({ apiVersion: 'v1', kind: 'Service', metadata: exported })
  expect(service?.metadata).toEqual({ name: 'a', namespace: 'dev', labels, annotations: { a: 'b' } })
})
