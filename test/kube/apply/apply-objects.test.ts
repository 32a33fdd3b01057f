import { expect, it } from 'vitest'
import { applyObjects } from '../../../src/kube/apply/apply-objects.ts'
import { withOrigin } from '../../../src/kube/manifests/origin.ts'
import { prepareObjects } from '../../../src/kube/manifests/prepare.ts'
import type { KubeObject } from '../../../src/kube/object.ts'
import { refuse } from '../support/fake-api.ts'
import { type FakeCluster, fakeCluster, type Instead } from '../support/fake-cluster.ts'

const { signal } = new AbortController()

function object(kind: string, name: string, rest: object = {}): KubeObject {
  const groups: Record<string, string> = {
    Deployment: 'apps/v1',
    Job: 'batch/v1',
    Ingress: 'networking.k8s.io/v1',
    CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  }
  return { apiVersion: groups[kind] ?? 'v1', kind, metadata: { name }, ...rest }
}

const crd = object('CustomResourceDefinition', 'engines.example.com', {
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Engine', plural: 'engines' },
    versions: [{ name: 'v1', served: true }],
  },
})
const engine = object('Engine', 'v8', { apiVersion: 'example.com/v1' })

async function cluster(instead?: Instead) {
  const fake = await fakeCluster(instead)
  const notes: string[] = []
  const said: string[] = []
  const hidden: string[] = []
  const apply = (...objects: KubeObject[]) =>
    applyObjects(fake.api, prepareObjects(objects, { project: 'shop', service: 'api', namespace: 'dev' }), {
      signal,
      hide: (name, entries) => {
        for (const [entry, value] of entries)
          hidden.push(`${name}/${entry}=${value} before ${fake.changes().length}`)
      },
      say: waits => said.push(waits),
      note: note => notes.push(note),
    })
  return { ...fake, apply, notes, said, hidden, [Symbol.asyncDispose]: fake[Symbol.asyncDispose] }
}

const put = (fake: FakeCluster, path: string, metadata: object) =>
  fake.objects.set(path, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: path.split('/').at(-1) ?? '', uid: 'old', resourceVersion: '1', ...metadata },
  })

it('applies in order: namespaces, definitions, configuration, workloads, the rest', async () => {
  await using fake = await cluster()
  const applied = await fake.apply(
    object('Ingress', 'api'),
    object('Deployment', 'api'),
    engine,
    object('ConfigMap', 'settings'),
    crd,
    object('Namespace', 'dev'),
  )
  const order = fake.changes().map(change => change.split('/').at(-2))
  expect(order.slice(0, 4)).toEqual(['namespaces', 'customresourcedefinitions', 'configmaps', 'deployments'])
  expect(order.slice(4).toSorted()).toEqual(['engines', 'ingresses'])
  expect(applied.map(({ identity }) => identity.kind)).toEqual([
    ...['Ingress', 'Deployment', 'Engine', 'ConfigMap', 'CustomResourceDefinition', 'Namespace'],
  ])
})

it('applies by our field manager, by force, and strictly', async () => {
  await using fake = await cluster()
  await fake.apply(object('ConfigMap', 'a'))
  const patch = fake.requests.find(({ method }) => method === 'PATCH')
  expect(Object.fromEntries(patch?.query ?? [])).toEqual({
    fieldManager: 'devk',
    force: 'true',
    fieldValidation: 'Strict',
  })
})

it('tells what was created, changed and left as it was', async () => {
  await using fake = await cluster()
  const map = (name: string, data: object = {}) => object('ConfigMap', name, { data })
  await fake.apply(map('a'), map('b'))
  const applied = await fake.apply(map('a'), map('b', { x: '1' }), map('c'))
  expect(applied.map(({ outcome }) => outcome)).toEqual(['unchanged', 'changed', 'created'])
})

it('asks no more than once a kind before it applies', async () => {
  await using fake = await cluster()
  await fake.apply(object('ConfigMap', 'a'), object('ConfigMap', 'b'), object('Service', 'c'))
  const looks = fake.requests.filter(({ method }) => method === 'GET').map(({ path }) => path)
  expect(looks.toSorted()).toEqual([
    '/api',
    '/api/v1/namespaces/dev/configmaps',
    '/api/v1/namespaces/dev/services/c',
    '/apis',
  ])
})

it('applies nothing where a kind is unknown, and names the nearest', async () => {
  await using fake = await cluster()
  const wrong = withOrigin(object('Deploymnet', 'api', { apiVersion: 'apps/v1' }), 'k8s/api.yaml:1')
  await expect(fake.apply(object('ConfigMap', 'a'), wrong)).rejects.toMatchObject({
    code: 'KIND_UNKNOWN',
    message:
      'The cluster knows no Deploymnet of apps/v1, which api (k8s/api.yaml:1) is. Nothing was applied.',
    hint: 'Did you mean kind Deployment (apiVersion apps/v1)?',
  })
  expect(fake.changes()).toEqual([])
})

it('names the right apiVersion of a kind that has another one', async () => {
  await using fake = await cluster()
  const old = object('Deployment', 'api', { apiVersion: 'extensions/v1beta1' })
  await expect(fake.apply(old)).rejects.toMatchObject({
    hint: 'Deployment is of apps/v1 here: correct apiVersion.',
  })
})

it('takes a namespace away from what turns out to be cluster-wide', async () => {
  await using fake = await cluster()
  const objects = [{ ...object('Namespace', 'other'), metadata: { name: 'other', namespace: 'dev' } }]
  const [applied] = await applyObjects(fake.api, objects, { signal, hide: () => {}, say: () => {} })
  expect(fake.changes()).toEqual(['PATCH /api/v1/namespaces/other'])
  expect(applied?.identity.namespace).toBeUndefined()
})

it('applies nothing where an object belongs to another project', async () => {
  await using fake = await cluster()
  put(fake, '/api/v1/namespaces/dev/configmaps/b', { labels: { 'devk.dev/project': 'blog' } })
  await expect(fake.apply(object('ConfigMap', 'a'), object('ConfigMap', 'b'))).rejects.toMatchObject({
    code: 'OBJECT_FOREIGN',
    message: 'ConfigMap dev/b belongs to devk project blog. Nothing was applied.',
  })
  expect(fake.changes()).toEqual([])
})

it('marks what was there before devk, says so once, and keeps the mark', async () => {
  await using fake = await cluster()
  const path = '/api/v1/namespaces/dev/configmaps/a'
  put(fake, path, {})
  await fake.apply(object('ConfigMap', 'a'))
  await fake.apply(object('ConfigMap', 'a', { data: { x: '1' } }))
  expect(fake.objects.get(path)?.metadata.labels?.['devk.dev/found']).toBe('true')
  expect(fake.notes).toEqual([
    'ConfigMap dev/a was there before: it is changed as its manifest says, and never removed.',
  ])
})

it('leaves a namespace to the project that made it', async () => {
  await using fake = await cluster()
  const path = '/api/v1/namespaces/dev'
  put(fake, path, { labels: { 'devk.dev/project': 'blog' } })
  await fake.apply(object('Namespace', 'dev'))
  expect(fake.objects.get(path)?.metadata.labels?.['devk.dev/project']).toBe('blog')
})

it('never marks what it made itself', async () => {
  await using fake = await cluster()
  await fake.apply(object('ConfigMap', 'a'))
  await fake.apply(object('ConfigMap', 'a', { data: { x: '1' } }))
  const labels = fake.objects.get('/api/v1/namespaces/dev/configmaps/a')?.metadata.labels
  expect(labels).not.toHaveProperty('devk.dev/found')
})

it('deletes a changed Job and makes it anew, and says so', async () => {
  let immutable = true
  await using fake = await cluster(({ method, path }, response) => {
    if (method === 'DELETE') immutable = false
    if (method !== 'PATCH' || !path.endsWith('/jobs/migrate') || !fake.objects.has(path) || !immutable) return
    return refuse(
      response,
      422,
      'Job.batch "migrate" is invalid: spec.template: Invalid value: field is immutable',
      {
        causes: [{ field: 'spec.template' }],
      },
    )
  })
  await fake.apply(object('Job', 'migrate', { spec: { a: 1 } }))
  const [applied] = await fake.apply(object('Job', 'migrate', { spec: { a: 2 } }))
  expect(applied?.outcome).toBe('changed')
  expect(fake.changes().map(change => change.split(' ')[0])).toEqual(['PATCH', 'PATCH', 'DELETE', 'PATCH'])
  expect(fake.notes).toEqual([
    'Job dev/migrate changed, and can’t be changed in place: it was deleted and made anew, and runs again.'.replace(
      '’',
      "'",
    ),
  ])
})

it('waits until a namespace that is being deleted is gone, and then makes it anew', async () => {
  let looks = 0
  await using fake = await cluster(({ method, path }) => {
    if (path !== '/api/v1/namespaces/dev') return undefined
    const there = fake.objects.get(path)
    if (!there?.metadata.deletionTimestamp) return undefined
    if (method === 'PATCH') return there
    if (++looks < 3) return there
    fake.objects.delete(path)
    return undefined
  })
  put(fake, '/api/v1/namespaces/dev', { deletionTimestamp: 'now', labels: { 'devk.dev/project': 'shop' } })
  const [applied] = await fake.apply(object('Namespace', 'dev'))
  expect(applied?.outcome).toBe('created')
  expect(fake.said).toContain('Namespace dev is being deleted; waiting until it is gone')
})

it('waits for a webhook that does not answer yet', async () => {
  let asked = 0
  await using fake = await cluster(({ method }, response) => {
    if (method !== 'PATCH' || ++asked > 2) return undefined
    return refuse(response, 500, 'failed calling webhook "a.b": connection refused')
  })
  await fake.apply(object('ConfigMap', 'a'))
  expect(fake.said).toEqual([
    'ConfigMap dev/a: failed calling webhook "a.b": connection refused',
    'ConfigMap dev/a: failed calling webhook "a.b": connection refused',
  ])
})

it('starts no more once one was refused, and ends what is under way before it throws', async () => {
  await using fake = await cluster(({ method, path }, response) =>
    method === 'PATCH' && path.endsWith('/a') ? refuse(response, 403, 'no') : undefined,
  )
  await expect(fake.apply(object('ConfigMap', 'a'), object('Deployment', 'b'))).rejects.toMatchObject({
    code: 'OBJECT_REFUSED',
  })
  expect(fake.changes()).toEqual(['PATCH /api/v1/namespaces/dev/configmaps/a'])
})

it('ends at once when it is told to', async () => {
  const ending = new AbortController()
  await using fake = await cluster(({ method }, response) => {
    if (method !== 'PATCH') return undefined
    ending.abort(new Error('enough'))
    response.flushHeaders()
    return undefined
  })
  const applying = applyObjects(fake.api, [object('ConfigMap', 'a')], {
    signal: ending.signal,
    hide: () => {},
    say: () => {},
  })
  await expect(applying).rejects.toThrow('enough')
})

it('hides what Secrets hold before anything is applied', async () => {
  await using fake = await cluster()
  await fake.apply(
    object('ConfigMap', 'settings', { data: { colour: 'blue-green' } }),
    object('Secret', 'db', { data: { password: 'aHVudGVyMjI=' }, stringData: { user: 'shopkeeper' } }),
  )
  expect(fake.hidden).toEqual(['db/password=hunter22 before 0', 'db/user=shopkeeper before 0'])
})
