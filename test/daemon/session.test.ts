import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { projectHome } from '../../src/base/project-home.ts'
import type { Clusters } from '../../src/cluster/clusters.ts'
import { openSession } from '../../src/daemon/session/session.ts'
import { fakeCluster } from '../kube/support/fake-cluster.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** A session, and a place in a cluster that somebody else made. */
async function opened(server: string) {
  const kubeconfig = join(folder, 'kubeconfig')
  const cluster = `{ server: "${server}", insecure-skip-tls-verify: true }`
  await writeFile(
    kubeconfig,
    `apiVersion: v1
kind: Config
clusters: [{ name: team, cluster: ${cluster} }]
users: [{ name: team, user: { token: t } }]
contexts: [{ name: team, context: { cluster: team, user: team } }]
`,
  )
  vi.stubEnv('KUBECONFIG', kubeconfig)
  vi.stubEnv('DEVK_HOME', folder)
  const asked = { provider: 'existing', name: 'shop', context: 'team', remote: true } as const
  const output = { name: 'shop', provider: 'existing', identity: 'one' } as const
  const place = (context = 'team') => ({
    asked: { ...asked, context },
    namespace: 'shop',
    cluster: { ...output, identity: context },
  })
  return { session: openSession(projectHome(folder)), place }
}

const noClusters = {} as Clusters

it('knows the connection that is open, and none before it and after it', async () => {
  await using fake = await fakeCluster()
  const { session, place } = await opened(fake.api.server)
  await using _ = session
  expect(session.current()).toBeUndefined()
  const access = await session.access(noClusters, place())
  expect(session.current()).toBe(access)
  expect(await session.access(noClusters, place())).toBe(access)
  await expect(session.access(noClusters, place('other'))).rejects.toMatchObject({ code: 'CONTEXT_MISSING' })
  expect(session.current()).toBeUndefined()
  const again = await session.access(noClusters, place())
  expect(session.current()).toBe(again)
  await session.end()
  expect(session.current()).toBeUndefined()
})

it('hides what the project’s Secrets in other namespaces hold, as soon as it is connected', async () => {
  await using fake = await fakeCluster()
  const name = { apiVersion: 'v1', kind: 'Secret', name: 'db', namespace: 'ingress', uid: '', version: '' }
  fake.objects.set('/api/v1/namespaces/ingress/secrets/db', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db', namespace: 'ingress', labels: { 'devk.dev/project': 'shop' } },
    data: { password: Buffer.from('hunter22').toString('base64') },
  })
  const { session, place } = await opened(fake.api.server)
  await using _ = session
  const record = { id: 'secret:db', needs: [], fingerprint: {}, notes: {}, at: '' }
  await session.store.write({ ...record, phase: 'done', output: { objects: [name] } })
  const { live } = await session.access(noClusters, place())
  await vi.waitFor(() => expect(live.hidden.redact('hunter22')).toBe('[hidden: db/password]'))
})
