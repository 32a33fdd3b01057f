import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Docker from 'dockerode'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clusters } from '../../src/cluster/clusters.ts'
import { mirrorLocalImage } from '../../src/resources/mirror-local-images.ts'

const digest = `sha256:${'d'.repeat(64)}`
let server: Server
let host: string
/** What Docker has under names of the registry's, what the registry has, and what was pushed. */
let tags: Set<string>
let registry: Set<string>
let pushes: string[]

beforeEach(async () => {
  tags = new Set()
  registry = new Set()
  pushes = []
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => void server.close())

const mirror = () =>
  mirrorLocalImage(
    {
      connection: { docker: new Docker({ host: '127.0.0.1', port: Number(host.split(':')[1]) }) },
    } as Clusters,
    host,
    'busybox:1.35',
    { signal: new AbortController().signal, say: () => {} },
  )

it('brings an image to its place in the mirror, and leaves Docker no name of it', async () => {
  await mirror()
  expect([...registry]).toEqual(['docker.io/library/busybox:1.35'])
  expect(tags.size).toBe(0)
})

it('brings one that several want at once, although each takes its own name away when it is done', async () => {
  await Promise.all([mirror(), mirror(), mirror()])
  expect([...registry]).toEqual(['docker.io/library/busybox:1.35'])
  expect(tags.size).toBe(0)
})

it('pushes nothing that the mirror has', async () => {
  await mirror()
  await mirror()
  expect(pushes).toHaveLength(1)
})

/** Docker and a registry: what is pushed must have its name when that is begun, a moment later. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://fake')
  const say = (status: number, body: object = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', 'docker-content-digest': digest })
    response.end(`${JSON.stringify(body)}\r\n`)
  }
  const manifest = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname)
  if (manifest) return say(registry.has(`${manifest[1]}:${manifest[2]}`) ? 200 : 404)
  const name = decodeURIComponent(url.pathname.replace(/^\/images\/|\/(json|tag|push)$/g, ''))
  if (request.method === 'DELETE') return say(tags.delete(name) ? 200 : 404)
  if (url.pathname.endsWith('/tag')) {
    tags.add(`${url.searchParams.get('repo')}:${url.searchParams.get('tag')}`)
    return say(201)
  }
  if (!url.pathname.endsWith('/push')) return say(200)
  await new Promise(resolve => setTimeout(resolve, pushes.length * 20))
  const pushed = `${name}:${url.searchParams.get('tag')}`
  if (!tags.has(pushed)) return say(404, { message: `No such image: ${pushed}` })
  pushes.push(pushed)
  registry.add(pushed.slice(host.length + 1))
  say(200, { aux: { Tag: '1.35', Digest: digest, Size: 1 } })
}
