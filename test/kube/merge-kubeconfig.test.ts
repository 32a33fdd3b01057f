import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import { mergeContext, removeContext } from '../../src/kube/merge-kubeconfig.ts'

const { signal } = new AbortController()
let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  file = join(folder, 'config')
})
afterEach(() => rm(folder, { recursive: true }))

function added(server: string): string {
  return JSON.stringify({
    'current-context': 'kind-shop',
    clusters: [{ name: 'kind-shop', cluster: { server } }],
    users: [{ name: 'kind-shop', user: { token: 'x' } }],
    contexts: [{ name: 'kind-shop', context: { cluster: 'kind-shop', user: 'kind-shop' } }],
  })
}

const mine = `# my clusters
apiVersion: v1
kind: Config
current-context: work
clusters:
- name: work # do not touch
  cluster: {server: https://work}
contexts: []
users: null
`

it('adds a context, its cluster and its user, and leaves the rest and the current context as they are', async () => {
  await writeFile(file, mine)
  await mergeContext(file, added('https://127.0.0.1:1'), 'kind-shop', signal)
  const text = await readFile(file, 'utf8')
  expect(text).toContain('# my clusters')
  expect(text).toContain('# do not touch')
  const config = parse(text)
  expect(config['current-context']).toBe('work')
  for (const list of ['clusters', 'contexts', 'users']) {
    expect(config[list].filter(({ name }: { name: string }) => name === 'kind-shop')).toHaveLength(1)
  }
})

it('replaces its own context when it is added again', async () => {
  await mergeContext(file, added('https://127.0.0.1:1'), 'kind-shop', signal)
  await mergeContext(file, added('https://127.0.0.1:2'), 'kind-shop', signal)
  const { clusters } = parse(await readFile(file, 'utf8'))
  expect(clusters).toEqual([{ name: 'kind-shop', cluster: { server: 'https://127.0.0.1:2' } }])
})

it('takes the context out again, and unsets a current context that would name nothing', async () => {
  await writeFile(file, mine.replace('current-context: work', 'current-context: kind-shop'))
  await mergeContext(file, added('https://127.0.0.1:1'), 'kind-shop', signal)
  expect(await removeContext(file, 'kind-shop', signal)).toBe(true)
  const config = parse(await readFile(file, 'utf8'))
  expect(config).toMatchObject({ 'current-context': '', clusters: [{ name: 'work' }] })
  expect(await removeContext(file, 'kind-shop', signal)).toBe(false)
})

it('writes through a link, and keeps it', async () => {
  await writeFile(file, mine)
  const link = join(folder, 'link')
  await symlink(file, link)
  await mergeContext(link, added('https://127.0.0.1:1'), 'kind-shop', signal)
  expect(await readFile(file, 'utf8')).toContain('kind-shop')
})

it('leaves a file alone that it can’t read', async () => {
  await writeFile(file, 'clusters: [')
  await expect(mergeContext(file, added('https://x'), 'kind-shop', signal)).rejects.toMatchObject({
    code: 'KUBECONFIG_INVALID',
  })
  expect(await readFile(file, 'utf8')).toBe('clusters: [')
})
