import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Docker from 'dockerode'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pushImage } from '../../../src/docker/build/push-image.ts'
import { pushProgress } from '../../../src/docker/build/push-progress.ts'

let server: Server
let docker: Docker
let answers: (() => [status: number, events: object[]])[]
let asked: string[]

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const [status, events] = (answers.length > 1 ? answers.shift() : answers[0])?.() ?? [500, []]
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(events.map(event => `${JSON.stringify(event)}\r\n`).join(''))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  docker = new Docker({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
})
afterEach(() => void server.close())

const digest = `sha256:${'d'.repeat(64)}`
const done = { aux: { Tag: '1', Digest: digest, Size: 500 } }
const push = (say?: (detail: string) => void) =>
  pushImage(docker, 'localhost:5001/shop/api:1', {
    signal: new AbortController().signal,
    ...(say && { say }),
  })

it('gives the digest, and counts what was sent and what was there', async () => {
  const events = [
    { status: 'The push refers to repository [localhost:5001/shop/api]' },
    ...['a', 'b', 'c'].map(id => ({ status: 'Preparing', id })),
    { status: 'Layer already exists', id: 'a' },
    { status: 'Pushing', id: 'b', progressDetail: { current: 500_000, total: 2_000_000 } },
    { status: 'Pushing', id: 'b', progressDetail: { current: 2_100_000, total: 2_000_000 } },
    { status: 'Pushed', id: 'b' },
    { status: 'Mounted from shop/web', id: 'c' },
    { status: `1: digest: ${digest} size: 500` },
    done,
  ]
  answers = [() => [200, events]]
  const said: string[] = []
  expect(await push(detail => said.push(detail))).toEqual({ digest, pushed: 1, reused: 2 })
  expect(said).toEqual(['0.5 of 2.0 MB', '2.0 of 2.0 MB'])
  expect(asked).toEqual(['POST /images/localhost:5001/shop/api/push?tag=1'])
})

it('finds an error among the events', async () => {
  answers = [
    () => [200, [{ status: 'Preparing', id: 'a' }, { error: 'received unexpected HTTP status: 500' }]],
  ]
  await expect(push()).rejects.toMatchObject({
    code: 'PUSH_FAILED',
    message: expect.stringContaining('received unexpected HTTP status: 500'),
  })
})

it('waits for a registry that does not listen yet', async () => {
  const refused = {
    error: 'Get "http://localhost:5001/v2/": dial tcp 127.0.0.1:5001: connect: connection refused',
  }
  answers = [() => [200, [refused]], () => [200, [refused]], () => [200, [done]]]
  expect(await push()).toEqual({ digest, pushed: 0, reused: 0 })
})

it.each([
  [
    404,
    [{ message: 'An image does not exist locally with the tag: localhost:5001/shop/api' }],
    'IMAGE_MISSING',
  ],
  [200, [{ error: 'An image does not exist locally with the tag: x' }], 'IMAGE_MISSING'],
  [200, [{ error: 'write /x: no space left on device' }], 'DISK_FULL'],
  [200, [{ status: 'Preparing', id: 'a' }], 'PUSH_FAILED'],
])('reads %i %j as %s', async (status, events, code) => {
  answers = [() => [status, events]]
  await expect(push()).rejects.toMatchObject({ code, message: expect.stringContaining('shop/api:1') })
})

it('takes the digest from the words where the event has no field for it', () => {
  const progress = pushProgress(() => {})
  progress.event({ status: `1: digest: ${digest} size: 500` })
  expect(progress.result()).toMatchObject({ digest, failure: undefined })
})
