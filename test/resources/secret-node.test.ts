import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { NodeRecord } from '../../src/engine/node.ts'
import { runNodes } from '../../src/engine/run.ts'
import type { SecretObject } from '../../src/kube/manifests/our-secret.ts'
import type { SecretSpec } from '../../src/model/secrets.ts'
import type { RunContext } from '../../src/resources/run-context.ts'
import { secretNode } from '../../src/resources/secret-node.ts'
import { fakeCluster } from '../kube/support/fake-cluster.ts'

const VERSION = 'devk.dev/secret-version'
const path = '/api/v1/namespaces/shop/secrets/db'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A Secret `db` with one password for each key that is taken of its file. */
async function opened() {
  const fake = await fakeCluster()
  const records = new Map<string, NodeRecord>()
  const file = join(folder, 'db.enc.yaml')
  const signal = new AbortController().signal
  const passwords: Record<string, string> = {}

  const notes: string[] = []
  let type = 'Opaque'

  async function bring(password: string, key?: string): Promise<string> {
    passwords[key ?? ''] = password
    await writeFile(file, JSON.stringify(passwords))
    return await again(key)
  }

  async function again(key?: string): Promise<string> {
    const spec: SecretSpec = {
      name: 'db',
      file,
      key,
      manifest: false,
      type,
      namespaces: ['shop'],
      remote: false,
    }
    const context = {
      project: { name: 'shop', folder, namespace: 'shop', cluster: { provider: 'kind', name: 'c' } },
      access: async () => ({ api: fake.api }),
      inventory: async () => new Map(),
      hide: () => {},
      secrets: { entries: async () => new Map([['password', Buffer.from(passwords[key ?? ''] ?? '')]]) },
    } as unknown as RunContext
    const counts = { applied: 0, removed: [] }
    const node = secretNode(context, spec, { checks: [], allNamespaces: [], counts })
    const cluster = { name: 'c', provider: 'kind', identity: 'one' }
    const outcomes = await runNodes(
      [
        {
          id: 'cluster:cluster',
          title: '',
          needs: [],
          fingerprint: async () => ({}),
          apply: async () => cluster,
        },
        {
          id: 'secret-entries:db',
          title: '',
          needs: [],
          fingerprint: async () => ({}),
          apply: async () => ({}),
        },
        node,
      ],
      {
        store: {
          read: async id => records.get(id),
          list: async () => [...records.values()],
          write: async record => void records.set(record.id, structuredClone(record)),
          remove: async id => void records.delete(id),
        },
        observer: {
          waiting: () => {},
          working: () => ({ say: () => {}, note: note => void notes.push(note) }),
          ended: () => {},
        },
        signal,
        places: {},
      },
    )
    expect(outcomes.get(node.id)).toMatchObject({ is: expect.stringMatching(/^(un)?changed$/) })
    return secret().metadata.annotations?.[VERSION] ?? ''
  }

  const secret = () => fake.objects.get(path) as SecretObject
  /** As kubectl would: the fields are its own from then on. */
  const byHand = (password: string) => {
    const before = secret()
    const managedFields = before.metadata.managedFields?.map(each => ({ ...each, fieldsV1: {} }))
    const data = { password: Buffer.from(password).toString('base64') }
    fake.objects.set(path, { ...before, data, metadata: { ...before.metadata, managedFields } } as never)
  }
  const become = (other: string) => {
    type = other
    return again()
  }
  return { ...fake, bring, again, byHand, become, records, notes, secret }
}

it('has another version with another content, and the same where the same is encrypted anew', async () => {
  await using fake = await opened()
  const first = await fake.bring('one')
  const second = await fake.bring('two')
  expect(second).not.toBe(first)
  await writeFile(join(folder, 'db.enc.yaml'), 'encrypted anew')
  expect(await fake.again()).toBe(second)
})

it('has another version where somebody wrote by hand what its file says since then', async () => {
  await using fake = await opened()
  const first = await fake.bring('one')
  fake.byHand('two')
  expect(await fake.bring('two')).not.toBe(first)
})

it('keeps its version where a run was killed before it could write down what it had applied', async () => {
  await using fake = await opened()
  const first = await fake.bring('one')
  const record = fake.records.get('secret:db') as NodeRecord
  const objects = record.notes['objects'] as { uid: string; version: string }[]
  const coming = objects.map(object => ({ ...object, uid: '', version: '' }))
  fake.records.set('secret:db', { ...record, phase: 'applying', notes: { objects: coming } })
  expect(await fake.again()).toBe(first)
})

it('has the version before where it was deleted by hand, but not where something else is taken of its file', async () => {
  await using fake = await opened()
  const first = await fake.bring('one')
  fake.objects.delete(path)
  expect(await fake.again()).toBe(first)
  fake.objects.delete(path)
  await fake.again('other')
  expect(await fake.again('other')).not.toBe(first)
})

it('is looked at once all namespaces are there: what one that goes still has is not asked for', async () => {
  const spec = { name: 'db', file: '', manifest: false, type: 'Opaque', namespaces: ['shop'], remote: false }
  const project = { folder, namespace: 'shop' }
  const { needs } = secretNode({ project } as RunContext, spec, {
    checks: [],
    allNamespaces: ['shop', 'ingress'],
    counts: { applied: 0, removed: [] },
  })
  expect(needs).toEqual(expect.arrayContaining(['namespace:namespace', 'namespace:ingress']))
})

it('is deleted and made anew where it is of another type now, and that is told', async () => {
  await using fake = await opened()
  await fake.bring('one')
  await fake.become('example.com/own')
  expect(fake.secret().type).toBe('example.com/own')
  expect(fake.notes).toEqual(["Secret shop/db is deleted and made anew: its type can't be changed in place."])
})
