import { expect, it } from 'vitest'
import { collectionPath, pathOf, resourcesOf } from '../../../src/kube/apply/resources.ts'
import type { Answer } from '../support/fake-api.ts'
import { fakeApi, refuse } from '../support/fake-api.ts'
import { fakeCluster } from '../support/fake-cluster.ts'

const { signal } = new AbortController()

it('tells the paths of kinds of the core and of groups, in a namespace and in none', async () => {
  await using fake = await fakeCluster()
  const { resolve } = resourcesOf(fake.api)
  const path = async (apiVersion: string, kind: string, name: string) =>
    pathOf(await resolve({ apiVersion, kind, name }, signal), { name, namespace: 'dev' })
  expect(await path('v1', 'Service', 'a')).toBe('/api/v1/namespaces/dev/services/a')
  expect(await path('v1', 'Namespace', 'a')).toBe('/api/v1/namespaces/a')
  expect(await path('apps/v1', 'Deployment', 'a')).toBe('/apis/apps/v1/namespaces/dev/deployments/a')
  expect(collectionPath(await resolve({ apiVersion: 'v1', kind: 'Pod', name: '' }, signal))).toBe(
    '/api/v1/pods',
  )
})

it('asks once for all kinds, and once more for those that it does not know', async () => {
  await using fake = await fakeCluster()
  const { find } = resourcesOf(fake.api)
  await Promise.all([find('v1', 'Pod', signal), find('v1', 'Service', signal)])
  await find('apps/v1', 'Deployment', signal)
  expect(fake.requests).toHaveLength(2)
  const missed = await Promise.all(['A', 'B', 'C'].map(kind => find('example.com/v1', kind, signal)))
  expect(missed).toEqual([undefined, undefined, undefined])
  expect(fake.requests).toHaveLength(4)
  expect(resourcesOf(fake.api)).toBe(resourcesOf(fake.api))
})

it('asks again after it was refused', async () => {
  let refused = 0
  await using fake = await fakeCluster(({ path }, response) =>
    path === '/apis' && refused++ === 0 ? refuse(response, 500, 'starting') : undefined,
  )
  const { find } = resourcesOf(fake.api)
  await expect(find('v1', 'Pod', signal)).rejects.toMatchObject({ code: 'KUBE_REFUSED' })
  expect(await find('v1', 'Pod', signal)).toMatchObject({ plural: 'pods' })
})

const old: Record<string, unknown> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      { versions: [{ groupVersion: 'apps/v1' }] },
      { versions: [{ groupVersion: 'metrics.k8s.io/v1' }] },
    ],
  },
  '/api/v1': {
    resources: [
      { name: 'pods', kind: 'Pod', namespaced: true },
      { name: 'pods/log', kind: 'Pod', namespaced: true },
    ],
  },
  '/apis/apps/v1': { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }] },
}
const answer: Answer = ({ path }, response) => old[path] ?? refuse(response, 503, 'its server is down')

it('asks each group version of a server that does not aggregate them, and passes over one that is down', async () => {
  await using fake = await fakeApi(answer)
  const { find } = resourcesOf(fake.api)
  expect(await find('v1', 'Pod', signal)).toMatchObject({ plural: 'pods' })
  expect(await find('apps/v1', 'Deployment', signal)).toMatchObject({
    plural: 'deployments',
    namespaced: true,
  })
})

it('knows of a CRD what it will serve', async () => {
  await using fake = await fakeCluster()
  const resources = resourcesOf(fake.api)
  resources.learn({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gears.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { kind: 'Gear', plural: 'gears' },
      versions: [
        { name: 'v1', served: true },
        { name: 'v1alpha1', served: false },
      ],
    },
  })
  expect(await resources.find('example.com/v1', 'Gear', signal)).toMatchObject({ namespaced: false })
  expect(await resources.find('example.com/v1alpha1', 'Gear', signal)).toBeUndefined()
})

it('ends the wait of who is told to, not that of others', async () => {
  let release = () => {}
  await using fake = await fakeCluster(({ path }) =>
    path === '/apis' ? new Promise<undefined>(resolve => (release = () => resolve(undefined))) : undefined,
  )
  const { find } = resourcesOf(fake.api)
  const ending = new AbortController()
  const one = find('v1', 'Pod', ending.signal)
  const other = find('v1', 'Pod', signal)
  ending.abort(new Error('enough'))
  await expect(one).rejects.toThrow('enough')
  while (fake.requests.length < 2) await new Promise(resolve => setTimeout(resolve, 1))
  release()
  expect(await other).toMatchObject({ plural: 'pods' })
})
