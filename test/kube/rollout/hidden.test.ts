import type { ServerResponse } from 'node:http'
import { expect, it, vi } from 'vitest'
import { type Hidden, openHidden } from '../../../src/base/hidden/hidden.ts'
import { openLive } from '../../../src/kube/rollout/live.ts'
import { fakeApi, refuse } from '../support/fake-api.ts'

const { signal } = new AbortController()
const SECRETS = '/api/v1/namespaces/shop/secrets'

const secret = (value: string) => ({
  metadata: { name: 'db' },
  data: { password: Buffer.from(value).toString('base64') },
})
const event = (message: string) => ({ metadata: { name: 'e', uid: 'e' }, message })
const crashed = (message: string) => ({
  metadata: { name: 'api', uid: 'api' },
  spec: { containers: [{ name: 'main' }] },
  status: { containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 1, message } } }] },
})

/** A namespace with a pod and an event that tell `hunter22`; `secrets` is what listing its Secrets is answered with. */
async function namespace(secrets: (response: ServerResponse) => unknown, hidden: Hidden = openHidden()) {
  const streams = new Map<string, ServerResponse>()
  const fake = await fakeApi(({ path, query }, response) => {
    const plural = path.split('/').at(-1) ?? ''
    if (query.has('watch')) {
      response.writeHead(200).flushHeaders()
      streams.set(plural, response)
      return undefined
    }
    if (path === SECRETS) return secrets(response)
    const items = { pods: [crashed('no hunter22')], events: [event('is hunter22')] }[plural] ?? []
    return { metadata: { resourceVersion: '1' }, items }
  })
  const live = openLive(fake.api, 'shop', { hidden, limits: { retryMs: 1, retryMaxMs: 5 } })
  return {
    live,
    requests: fake.requests,
    watched: (plural: string) => vi.waitFor(() => expect(streams.get(plural)).toBeDefined()),
    send: (plural: string, object: object) =>
      streams.get(plural)?.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`),
    [Symbol.asyncDispose]: async () => {
      live.close()
      await fake[Symbol.asyncDispose]()
    },
  }
}

const listed = (...items: object[]) => ({ metadata: { resourceVersion: '1' }, items })
const messages = (live: Awaited<ReturnType<typeof namespace>>['live']) => {
  const { pods, events } = live.snapshot()
  return [
    pods[0]?.status.containerStatuses?.[0]?.state?.terminated?.message,
    ...events.map(({ message }) => message),
  ]
}

it('tells nothing of a namespace before what its Secrets hold is known, and then nothing of that', async () => {
  const answer = Promise.withResolvers<object>()
  await using it = await namespace(() => answer.promise)
  const synced = it.live.synced(signal)
  for (const plural of ['pods', 'events']) await it.watched(plural)
  expect(it.live.snapshot()).toMatchObject({ pods: [], events: [], workloads: [] })
  answer.resolve(listed(secret('hunter22')))
  await synced
  expect(messages(it.live)).toEqual(['no [hidden: db/password]', 'is [hidden: db/password]'])
  const asked = it.requests.find(({ path, query }) => path === SECRETS && !query.has('watch'))
  expect(asked?.query.get('labelSelector')).toBe('devk.dev/project')
})

it('asks again where Secrets can’t be listed, says so, and tells nothing until then', async () => {
  let failing = true
  await using it = await namespace(response =>
    failing ? refuse(response, 500, 'etcd is away') : listed(secret('hunter22')),
  )
  for (const plural of ['pods', 'events']) await it.watched(plural)
  await vi.waitFor(() => expect(it.live.snapshot().lost?.why).toContain('before Secrets are known'))
  expect(it.live.snapshot().lost?.why).toContain('etcd is away')
  expect(messages(it.live)).toEqual([undefined])
  failing = false
  await it.live.synced(signal)
  expect(it.live.snapshot().lost).toBeUndefined()
  expect(messages(it.live)).toEqual(['no [hidden: db/password]', 'is [hidden: db/password]'])
})

it('goes on with what devk knows itself where it may not list Secrets, and tells that', async () => {
  const hidden = openHidden()
  await using it = await namespace(response => refuse(response, 403, 'forbidden'), hidden)
  await it.live.synced(signal)
  expect(it.live.snapshot().lost).toBeUndefined()
  expect(it.live.secretsRefused()).toContain('list the Secrets of namespace shop')
  expect(messages(it.live)).toEqual(['no hunter22', 'is hunter22'])
  hidden.hide('db', new Map([['password', Buffer.from('hunter22')]]))
  expect(messages(it.live)).toEqual(['no [hidden: db/password]', 'is [hidden: db/password]'])
})

it('hides what a Secret holds later, and goes on to hide what it held', async () => {
  await using it = await namespace(() => listed(secret('hunter22')))
  await it.live.synced(signal)
  await it.watched('secrets')
  it.send('secrets', secret('another'))
  await vi.waitFor(() => expect(it.live.hidden.redact('another')).toBe('[hidden: db/password]'))
  expect(messages(it.live)).toEqual(['no [hidden: db/password]', 'is [hidden: db/password]'])
})

it('tells the same of what nothing is hidden in', async () => {
  await using it = await namespace(() => listed(secret('something else')))
  await it.live.synced(signal)
  const { pods } = it.live.snapshot()
  it.live.hidden.hide('other', new Map([['key', Buffer.from('nowhere')]]))
  expect(it.live.snapshot().pods[0]).toBe(pods[0])
})
