import { expect, it } from 'vitest'
import { kubeApi } from '../../src/kube/api.ts'
import { linesOf } from '../../src/kube/lines.ts'
import { configOf, fakeApi, refuse } from './support/fake-api.ts'

const { signal } = new AbortController()
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }

it('tells a refusal in the API’s own words, with its status', async () => {
  await using fake = await fakeApi((_, response) =>
    refuse(response, 422, 'spec.x: Invalid value', { reason: 'Invalid', causes: [{ field: 'spec.x' }] }),
  )
  await expect(fake.api.apply('/a', object)).rejects.toMatchObject({
    code: 'KUBE_REFUSED',
    message: expect.stringMatching(/^Kubernetes refused PATCH \/a\?.* \(422\): spec\.x: Invalid value$/),
    status: 422,
    reason: 'Invalid',
    causes: [{ field: 'spec.x' }],
  })
})

it('says that nothing answers in time', async () => {
  await using fake = await fakeApi(() => new Promise(() => {}))
  await expect(fake.api.get('/a', { timeout: 20 })).rejects.toMatchObject({
    code: 'KUBE_UNREACHABLE',
    message: `The Kubernetes API at ${fake.api.server} does not answer: nothing within 0.02 s.`,
  })
})

it('counts the time until the answer is whole, and for a stream only until it begins', async () => {
  await using fake = await fakeApi((_, response) => {
    response.writeHead(200)
    response.write('one\n')
    setTimeout(() => response.end('two\n'), 800)
  })
  await expect(fake.api.get('/a', { timeout: 500 })).rejects.toMatchObject({ code: 'KUBE_UNREACHABLE' })
  const lines: string[] = []
  for await (const line of linesOf(await fake.api.stream('/a', { timeout: 500 }))) lines.push(line)
  expect(lines).toEqual(['one', 'two'])
})

it('ends a request and a stream by the signal, with its reason', async () => {
  await using fake = await fakeApi((_, response) => void response.writeHead(200).flushHeaders())
  const ending = new AbortController()
  const asked = fake.api.get('/a', { signal: ending.signal })
  const stream = await fake.api.stream('/b', { signal: ending.signal })
  ending.abort(new Error('enough'))
  await expect(asked).rejects.toThrow('enough')
  await expect(linesOf(stream).next()).rejects.toThrow('enough')
})

it('asks again where the server had closed the kept connection', async () => {
  let answered = 0
  await using fake = await fakeApi((_, response) => {
    // The connection ends right behind the answer, as a server's does that was idle for too long.
    if (++answered === 1) response.once('finish', () => setImmediate(() => response.socket?.destroy()))
    return {}
  })
  for (let asked = 0; asked < 20; asked++) await fake.api.get(`/${asked}`)
  expect(answered).toBeGreaterThanOrEqual(20)
})

it('keeps one connection for requests that follow each other', async () => {
  const ports = new Set<number | undefined>()
  await using fake = await fakeApi((_, response) => {
    ports.add(response.socket?.remotePort)
    return {}
  })
  for (let asked = 0; asked < 5; asked++) await fake.api.get('/a', { signal })
  expect(ports.size).toBe(1)
})

it('takes an object that is gone already for deleted', async () => {
  await using fake = await fakeApi((_, response) => refuse(response, 404, 'not found'))
  expect(await fake.api.delete('/a', { propagation: 'Background' })).toBeUndefined()
})

it('leaves alone another object of the same name', async () => {
  await using fake = await fakeApi((_, response) =>
    refuse(response, 409, 'the UID in the precondition does not match'),
  )
  expect(await fake.api.delete('/a', { propagation: 'Background', uid: 'x' })).toBeUndefined()
  await expect(fake.api.delete('/a', { propagation: 'Background' })).rejects.toMatchObject({ status: 409 })
})

it('says that nothing listens there', async () => {
  const api = kubeApi(configOf('http://127.0.0.1:9'))
  await expect(api.get('/a')).rejects.toMatchObject({ code: 'KUBE_UNREACHABLE' })
})
