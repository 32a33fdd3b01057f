import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Docker from 'dockerode'
import { afterEach, expect, it } from 'vitest'
import { imageConfig } from '../../src/docker/image-config.ts'

const { signal } = new AbortController()
const close: (() => void)[] = []
afterEach(() => close.splice(0).forEach(end => void end()))

/** Docker with the images that it has. */
function dockerWith(images: Record<string, object>): Docker {
  const getImage = (name: string) => ({
    inspect: async () => {
      const Config = images[name]
      if (!Config) throw new Error('no such image')
      return { Config }
    },
  })
  return { getImage } as unknown as Docker
}

async function registry(answers: Record<string, object>): Promise<string> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    response.statusCode = answer ? 200 : 404
    response.end(JSON.stringify(answer ?? {}))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  close.push(() => server.close())
  return `localhost:${(server.address() as AddressInfo).port}`
}

it('is what Docker knows of an image', async () => {
  const docker = dockerWith({ api: { Entrypoint: ['/entry'], Cmd: null } })
  expect(await imageConfig(docker, 'api', signal)).toEqual({ entrypoint: ['/entry'], command: [] })
})

it('is what the registry has of an image that Docker has no more', async () => {
  const host = await registry({
    '/v2/shop/api/manifests/sha256:1': { config: { digest: 'sha256:2' } },
    '/v2/shop/api/blobs/sha256:2': { config: { Cmd: ['serve'] } },
  })
  expect(await imageConfig(dockerWith({}), `${host}/shop/api@sha256:1`, signal)).toEqual({
    entrypoint: [],
    command: ['serve'],
  })
})

it('is that of this machine’s architecture where an image is for several', async () => {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const host = await registry({
    '/v2/api/manifests/sha256:1': {
      manifests: [
        { digest: 'sha256:8', platform: { architecture: 'other' } },
        { digest: 'sha256:9', platform: { architecture } },
      ],
    },
    '/v2/api/manifests/sha256:9': { config: { digest: 'sha256:2' } },
    '/v2/api/blobs/sha256:2': { config: { Entrypoint: ['own'] } },
  })
  expect((await imageConfig(dockerWith({}), `${host}/api@sha256:1`, signal)).entrypoint).toEqual(['own'])
})

it('says what to do where nobody knows the image', async () => {
  await expect(imageConfig(dockerWith({}), 'redis:7', signal)).rejects.toMatchObject({ code: 'IMAGE_CONFIG' })
})
