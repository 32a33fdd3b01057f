import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { probeRegistry } from '../../scripts/provision/registry-probe.ts'
import { serve } from './servers.ts'

const never = new AbortController().signal

async function probe(listener: RequestListener, boundMs = 10_000) {
  await using server = await serve(listener)
  return await probeRegistry(never, { url: `${server.url}/v2/`, boundMs })
}

describe('asking whether a registry answers', () => {
  it('is yes where it asks for a login', async () => {
    const answer = await probe((_, response) => {
      response.writeHead(401, { 'docker-distribution-api-version': 'registry/2.0' }).end()
    })
    expect(answer).toBe('reachable')
  })

  it('is no where a proxy answers in its place', async () => {
    expect(await probe((_, response) => void response.writeHead(403).end())).toBe('unreachable')
    expect(await probe((_, response) => void response.end('<html>log in</html>'))).toBe('unreachable')
  })

  it('is no where nobody listens', async () => {
    const closed = await serve(() => {})
    await closed[Symbol.asyncDispose]()
    expect(await probeRegistry(never, { url: closed.url })).toBe('unreachable')
  })

  it('is no, in a bounded time, where the network swallows the question', async () => {
    expect(await probe(() => {}, 50)).toBe('unreachable')
  })

  it('ends when it is interrupted', async () => {
    const controller = new AbortController()
    await using server = await serve(() => controller.abort(new Error('stop')))
    await expect(probeRegistry(controller.signal, { url: server.url, boundMs: 10_000 })).rejects.toThrow(
      'stop',
    )
  })
})
