import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { digestInRegistry } from '../../../src/docker/build/registry-digest.ts'

let server: Server
afterEach(() => void server.close())

async function registry(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `localhost:${(server.address() as AddressInfo).port}`
}

const ask = (host: string, signal = new AbortController().signal) =>
  digestInRegistry(host, 'shop/api', '1a2b', { signal })

it('asks for no more than the head, of any kind of manifest, and gives its digest', async () => {
  const host = await registry((request, response) => {
    expect([request.method, request.url]).toEqual(['HEAD', '/v2/shop/api/manifests/1a2b'])
    for (const kind of ['docker.distribution.manifest.v2', 'oci.image.index.v1']) {
      expect(request.headers.accept).toContain(kind)
    }
    response.writeHead(200, { 'docker-content-digest': 'sha256:1' }).end()
  })
  expect(await ask(host)).toBe('sha256:1')
})

it('gives nothing where the registry has nothing', async () => {
  const host = await registry((_, response) => response.writeHead(404).end())
  expect(await ask(host)).toBeUndefined()
})

it.each([
  [500, {}],
  [200, {}],
])('says that the registry does not answer as one: %j', async (status, headers) => {
  const host = await registry((_, response) => response.writeHead(status, headers).end())
  await expect(ask(host)).rejects.toMatchObject({
    code: 'REGISTRY_SILENT',
    message: expect.stringContaining(host),
  })
})

it('asks again where connections are cut, as by Docker for a registry that does not listen yet', async () => {
  let asked = 0
  const host = await registry((request, response) => {
    if (++asked < 3) return void request.socket.destroy()
    response.writeHead(200, { 'docker-content-digest': 'sha256:1' }).end()
  })
  expect(await ask(host)).toBe('sha256:1')
  expect(asked).toBe(3)
})

it('says that nobody listens', async () => {
  const host = await registry(() => {})
  await new Promise(resolve => server.close(resolve))
  await expect(ask(host)).rejects.toMatchObject({
    code: 'REGISTRY_SILENT',
    message: expect.stringContaining('ECONNREFUSED'),
  })
})

it('ends with its signal while the registry is silent', async () => {
  const host = await registry(() => setImmediate(() => abort.abort(new Error('enough'))))
  const abort = new AbortController()
  await expect(ask(host, abort.signal)).rejects.toThrow('enough')
  server.closeAllConnections()
})
