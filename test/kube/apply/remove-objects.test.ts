import { expect, it } from 'vitest'
import { currentVersions } from '../../../src/kube/apply/current-versions.ts'
import { removeObjects } from '../../../src/kube/apply/remove-objects.ts'
import { keyOf, type ObjectMeta } from '../../../src/kube/object.ts'
import { fakeCluster, type Instead } from '../support/fake-cluster.ts'

const { signal } = new AbortController()
const ours = { 'devk.dev/project': 'shop' }
const paths: Record<string, [string, string]> = {
  ConfigMap: ['v1', '/api/v1/namespaces/dev/configmaps'],
  PersistentVolumeClaim: ['v1', '/api/v1/namespaces/dev/persistentvolumeclaims'],
  Namespace: ['v1', '/api/v1/namespaces'],
  Pod: ['v1', '/api/v1/namespaces/dev/pods'],
  Deployment: ['apps/v1', '/apis/apps/v1/namespaces/dev/deployments'],
  StatefulSet: ['apps/v1', '/apis/apps/v1/namespaces/dev/statefulsets'],
  ReplicaSet: ['apps/v1', '/apis/apps/v1/namespaces/dev/replicasets'],
  Ingress: ['networking.k8s.io/v1', '/apis/networking.k8s.io/v1/namespaces/dev/ingresses'],
}

async function cluster(instead?: Instead) {
  const fake = await fakeCluster(instead)
  const notes: string[] = []
  const said: string[] = []
  const put = (kind: string, name: string, metadata: Partial<ObjectMeta> = {}) => {
    const [apiVersion = '', path = ''] = paths[kind] ?? []
    const meta = { name, uid: `uid-${kind}-${name}`, labels: ours, ...metadata }
    fake.objects.set(`${path}/${name}`, { apiVersion, kind, metadata: meta })
    const namespace = kind === 'Namespace' ? {} : { namespace: 'dev' }
    return { apiVersion, kind, name, ...namespace, uid: '', version: '' }
  }
  const remove = (objects: ReturnType<typeof put>[], keepVolumes = true) =>
    removeObjects(fake.api, objects, {
      project: 'shop',
      signal,
      keepVolumes,
      say: waits => said.push(waits),
      note: note => notes.push(note),
    })
  return { ...fake, put, remove, notes, said, [Symbol.asyncDispose]: fake[Symbol.asyncDispose] }
}

it('removes what reads others first', async () => {
  await using fake = await cluster()
  const objects = ['Namespace', 'ConfigMap', 'Deployment', 'Ingress'].map(kind => fake.put(kind, 'a'))
  expect(await fake.remove(objects)).toEqual([
    'Ingress dev/a',
    'Deployment dev/a',
    'ConfigMap dev/a',
    'Namespace a',
  ])
})

it('says nothing of what is gone already', async () => {
  await using fake = await cluster()
  const object = fake.put('ConfigMap', 'a')
  fake.objects.clear()
  expect(await fake.remove([object])).toEqual([])
  expect(fake.changes()).toEqual([])
})

it('leaves what does not carry the project’s label, or was there before devk', async () => {
  await using fake = await cluster()
  const objects = [
    fake.put('ConfigMap', 'theirs', { labels: { 'devk.dev/project': 'blog' } }),
    fake.put('ConfigMap', 'nobodys', { labels: {} }),
    fake.put('ConfigMap', 'found', { labels: { ...ours, 'devk.dev/found': 'true' } }),
  ]
  expect(await fake.remove(objects)).toEqual([])
  expect(fake.changes()).toEqual([])
  expect(fake.notes).toEqual(['ConfigMap dev/found was there before devk changed it, and stays.'])
})

it('keeps claims, and a namespace with claims in it, unless told otherwise', async () => {
  await using fake = await cluster()
  const objects = [
    fake.put('PersistentVolumeClaim', 'data'),
    fake.put('Namespace', 'dev'),
    fake.put('ConfigMap', 'a'),
  ]
  expect(await fake.remove(objects)).toEqual(['ConfigMap dev/a'])
  expect(fake.notes).toEqual([
    'PersistentVolumeClaim dev/data stays, with its data.',
    'Namespace dev stays, with its data.',
  ])
  expect(await fake.remove(objects, false)).toEqual(['PersistentVolumeClaim dev/data', 'Namespace dev'])
})

it('takes the claims that a StatefulSet made only where volumes go', async () => {
  await using fake = await cluster()
  const set = fake.put('StatefulSet', 'db')
  const there = fake.objects.get('/apis/apps/v1/namespaces/dev/statefulsets/db')
  if (there) there['spec'] = { volumeClaimTemplates: [{ metadata: { name: 'data' } }] }
  for (const name of ['data-db-0', 'data-db-11', 'data-db-x', 'other-db-0']) {
    fake.put('PersistentVolumeClaim', name, { labels: {} })
  }
  expect(await fake.remove([set], false)).toEqual([
    'StatefulSet dev/db',
    'PersistentVolumeClaim dev/data-db-0',
    'PersistentVolumeClaim dev/data-db-11',
  ])
})

it('leaves a namespace in which another project has something', async () => {
  await using fake = await cluster()
  fake.put('ConfigMap', 'theirs', { labels: { 'devk.dev/project': 'blog' } })
  expect(await fake.remove([fake.put('Namespace', 'dev')], false)).toEqual([])
  expect(fake.notes).toEqual(['Namespace dev stays: devk project blog has something in it.'])
})

it('removes an object once that is named twice', async () => {
  await using fake = await cluster()
  const object = fake.put('ConfigMap', 'a')
  expect(await fake.remove([object, { ...object }])).toEqual(['ConfigMap dev/a'])
})

it('deletes only the very object that it looked at', async () => {
  await using fake = await cluster()
  await fake.remove([fake.put('ConfigMap', 'a')])
  const deletion = fake.requests.find(({ method }) => method === 'DELETE')
  expect(JSON.parse(deletion?.body ?? '')).toEqual({
    propagationPolicy: 'Background',
    preconditions: { uid: 'uid-ConfigMap-a' },
  })
})

it('waits until the pods of a removed workload are gone, and for no others', async () => {
  await using fake: Awaited<ReturnType<typeof cluster>> = await cluster(({ query }, response) => {
    if (!query.has('watch')) return undefined
    for (const name of ['web-1-x', 'api-1-x']) {
      const object = { metadata: { name, uid: `uid-Pod-${name}` } }
      response.write(`${JSON.stringify({ type: 'DELETED', object })}\n`)
    }
    return undefined
  })
  const owner = (uid: string) => ({ ownerReferences: [{ kind: 'ReplicaSet', name: 'x', uid }] })
  const api = fake.put('Deployment', 'api')
  fake.put('ReplicaSet', 'api-1', owner('uid-Deployment-api'))
  fake.put('ReplicaSet', 'web-1', owner('uid-Deployment-web'))
  fake.put('Pod', 'api-1-x', owner('uid-ReplicaSet-api-1'))
  fake.put('Pod', 'web-1-x', owner('uid-ReplicaSet-web-1'))
  fake.put('Pod', 'web-1-y', owner('uid-ReplicaSet-web-1'))
  expect(await fake.remove([api])).toEqual(['Deployment dev/api'])
  expect(fake.said).toContain('waiting until 1 pod ended: api-1-x')
})

it('waits for what its finalizers hold, and says which', async () => {
  const path = '/apis/networking.k8s.io/v1/namespaces/dev/ingresses/a'
  let looks = 0
  await using fake: Awaited<ReturnType<typeof cluster>> = await cluster(asked => {
    const held = fake.objects.get(asked.path)
    if (asked.path !== path || !held) return undefined
    if (asked.method === 'DELETE') held.metadata.deletionTimestamp = 'now'
    if (asked.method === 'GET' && ++looks === 2) fake.objects.delete(path)
    return looks === 2 ? undefined : held
  })
  const object = fake.put('Ingress', 'a', { finalizers: ['example.com/cleanup'] })
  expect(await fake.remove([object])).toEqual(['Ingress dev/a'])
  expect(fake.said).toEqual([
    'Ingress dev/a is being deleted and held by example.com/cleanup; waiting until it is gone',
  ])
})

it('tells the versions of what is there by one request a kind, of nothing else', async () => {
  await using fake = await cluster()
  const fields = (time: string) => ({
    managedFields: [{ manager: 'devk', operation: 'Apply' as const, time, fieldsV1: {} }],
  })
  const a = fake.put('ConfigMap', 'a', fields('1'))
  const b = fake.put('ConfigMap', 'b', fields('2'))
  fake.put('ConfigMap', 'other', fields('3'))
  const gone = { ...a, name: 'gone' }
  const going = fake.put('ConfigMap', 'going', { ...fields('4'), deletionTimestamp: 'now' })
  const deployment = fake.put('Deployment', 'a', fields('5'))
  const all = [a, b, gone, going, deployment]
  const versions = await currentVersions(fake.api, all, { project: 'shop', signal })
  expect([...versions.keys()].toSorted()).toEqual([deployment, a, b].map(keyOf).toSorted())
  expect(new Set(versions.values()).size).toBe(3)
  const lists = fake.requests.filter(({ path }) => path.includes('/namespaces/'))
  expect(lists).toHaveLength(2)
  for (const { accept } of lists) expect(accept).toContain('as=PartialObjectMetadataList')
})

it('sees a change of what is ours in an object, and none by its controller', async () => {
  await using fake = await cluster()
  const entry = (fieldsV1: object, time = '1') => ({
    manager: 'devk',
    operation: 'Apply' as const,
    time,
    fieldsV1,
  })
  const controller = { manager: 'kube', operation: 'Update' as const, fieldsV1: { b: {} } }
  const version = async (metadata: Partial<ObjectMeta>) => {
    const object = fake.put('ConfigMap', 'a', metadata)
    return (await currentVersions(fake.api, [object], { project: 'shop', signal })).get(keyOf(object))
  }
  const before = await version({ managedFields: [entry({ a: {} })], resourceVersion: '1' })
  expect(await version({ managedFields: [entry({ a: {} }), controller], resourceVersion: '2' })).toBe(before)
  expect(await version({ managedFields: [entry({})] })).not.toBe(before)
  expect(await version({ managedFields: [entry({ a: {} })], uid: 'another' })).not.toBe(before)
})
