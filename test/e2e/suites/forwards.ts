import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ephemeralPort } from '../../../src/base/ports.ts'
import type { ProjectStatus } from '../../../src/model/project-status.ts'
import { type Result, succeeded } from '../support/devk.ts'
import { blocks, hashOf } from '../support/large.ts'
import { requests } from '../support/load.ts'
import { docker, eventually, kubectl, rollOut } from '../support/machine.ts'
import { serverManifest } from '../support/server.ts'
import type { Place } from './place.ts'

/** Node by node the way is the same: one of them carries the most. */
const LARGE = { kind: 1_000_000_000, k3d: 200_000_000 }

/** Local ports that lead into pods. */
export function forwards({ home, provider, cluster }: Place): void {
  const name = `e2e-forward-${provider}`
  const folder = () => join(home().folder, name)
  let ports: { web: number; raw: number; inner: number; calls: number; spread: number }
  let kube: ReturnType<typeof kubectl>

  beforeAll(async () => {
    const [web, raw, inner, calls, spread] = await Promise.all(
      Array.from({ length: 5 }, () => ephemeralPort()),
    )
    ports = { web, raw, inner, calls, spread } as typeof ports
    await mkdir(folder(), { recursive: true })
    await writeFile(join(folder(), 'one.json'), serverManifest('one'))
    await writeFile(join(folder(), 'many.json'), serverManifest('many', { replicas: 3 }))
    await writeFile(
      join(folder(), 'devk.yaml'),
      `name: ${name}
cluster: { provider: ${provider}, name: ${cluster} }
services:
  one:
    deploy: one.json
    forward: ["${ports.web}:http", "${ports.raw}:8081", "${ports.inner}:8082", "${ports.calls}:8083"]
  many: { deploy: many.json, forward: ["${ports.spread}:8080"] }
`,
    )
    kube = kubectl(join(home().folder, 'state', 'clusters', cluster, 'kubeconfig'))
  })

  afterAll(async () => {
    await devk('down', '--keep-cluster')
  })

  const devk = (...args: string[]): Promise<Result> => home().start(args, { cwd: folder() }).ended
  const status = async () => JSON.parse(succeeded(await devk('status', '--json')).stdout) as ProjectStatus
  const forwardsOf = async (service: string) =>
    (await status()).services.find(each => each.name === service)?.forwards ?? []
  const inNamespace = (...args: string[]) => kube(['--namespace', name, ...args])
  const url = (path = '') => `http://127.0.0.1:${ports.web}/${path}`

  it('take connections as soon as the pods are applied, and hold them until one is ready', async () => {
    const running = home().start(['up'], { cwd: folder() })
    await running.saw('✓ ports of one')
    const early = fetch(url())
    succeeded(await running.ended)
    expect(await (await early).text()).toMatch(/^one-/)
  })

  it('are told by status, with what went through them', async () => {
    const [web] = await forwardsOf('one')
    expect(web).toMatchObject({
      port: ports.web,
      forward: { port: 'http', address: '127.0.0.1' },
      refused: 0,
    })
    expect(web?.connections).toBeGreaterThan(0)
    expect(web?.bytesOut).toBeGreaterThan(0)
    expect((await devk('status')).stdout).toMatch(new RegExp(`localhost:${ports.web} +one:http`))
  })

  it('lead to all replicas in turns', async () => {
    const names = new Set<string>()
    for (let count = 0; count < 9; count++) {
      const answer = await fetch(`http://127.0.0.1:${ports.spread}/`, { headers: { connection: 'close' } })
      names.add(await answer.text())
    }
    expect(names.size).toBe(3)
  })

  it('let the client say its last word first', async () => {
    for (let count = 0; count < 3; count++) {
      const socket = connect({ port: ports.raw, host: '127.0.0.1', allowHalfOpen: true })
      socket.end('all that there is to say')
      expect(await text(socket)).toBe('all that there is to say')
    }
  })

  it('reach what listens on the pod’s own loopback', async () => {
    const socket = connect({ port: ports.inner, host: '127.0.0.1' })
    socket.write('inside')
    expect(String((await once(socket, 'data'))[0])).toBe('inside')
    socket.destroy()
  })

  it('lose nothing of what is large, there or back', async () => {
    const large = LARGE[provider]
    const hash = await hashOf(blocks(large))
    const there = await fetch(url(`bytes/${large}`))
    expect(await hashOf(there.body as unknown as AsyncIterable<Uint8Array>)).toBe(hash)
    const back = await fetch(url(), {
      method: 'POST',
      body: Readable.from(blocks(large)),
      duplex: 'half',
    } as RequestInit)
    expect(await back.text()).toBe(`${large} ${hash}`)
  })

  it('carry a websocket, and two hundred connections at once', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${ports.web}/`)
    await new Promise(resolve => socket.addEventListener('open', resolve, { once: true }))
    const answers = await Promise.all(Array.from({ length: 200 }, async () => (await fetch(url())).text()))
    expect(new Set(answers).size).toBe(1)
    const echo = new Promise<string>(resolve =>
      socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true }),
    )
    socket.send('still here')
    expect(await echo).toBe('still here')
    socket.close()
  })

  it('carry HTTP/2 with trailers, as gRPC speaks it, many streams over one connection', async () => {
    const session = connectHttp2(`http://127.0.0.1:${ports.calls}`)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => call(session, `call ${index}`)),
    )
    expect(answers).toEqual(answers.map((_, index) => ({ said: `call ${index}`, status: '0' })))
    session.close()
  })

  it('are opened beside those of the file by devk forward, until Ctrl-C, each on its own', async () => {
    const [mine = 0, other = 0] = await Promise.all([ephemeralPort(), ephemeralPort()])
    const answerAt = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text()
    const first = home().start(['forward', 'one', `${mine}:http`], { cwd: folder() })
    const second = home().start(['forward', 'one', `${other}:8080`, '--json'], { cwd: folder() })
    for (const port of [mine, other])
      await eventually(async () => expect(await answerAt(port)).toMatch(/^one-/))
    expect((await devk('forward')).stdout).toMatch(new RegExp(`localhost:${mine} +one:http`))
    succeeded(await devk('up'))
    expect(await answerAt(mine)).toMatch(/^one-/)
    const taken = await devk('forward', 'many', `${mine}:8080`)
    expect(taken.stderr).toContain(`Port ${mine}, which leads to many, is taken by devk forward one`)
    expect([(await devk('forward', 'man', '1:2')).code, taken.code]).toEqual([2, 1])
    first.child.kill('SIGINT')
    expect(succeeded(await first.ended).stdout).toBe(`one  127.0.0.1:${mine} → 8080\n`)
    await expect(answerAt(mine)).rejects.toThrow()
    expect(await answerAt(other)).toMatch(/^one-/)
    second.child.kill('SIGKILL')
    const opened = { service: 'one', address: '127.0.0.1', local: other, port: 8080 }
    expect(JSON.parse((await second.ended).stdout)).toEqual(opened)
    await eventually(() => expect(answerAt(other)).rejects.toThrow())
  })

  it('refuse and cut none of the requests while pods roll out, are deleted and crash', async () => {
    const load = requests(url(), 50)
    await inNamespace('rollout', 'restart', 'deployment/one')
    await inNamespace('rollout', 'status', 'deployment/one', '--timeout=120s')
    await inNamespace('delete', 'pods', '-l', 'app=one')
    await inNamespace('rollout', 'status', 'deployment/one', '--timeout=120s')
    await fetch(url('crash'), { headers: { connection: 'close' } })
    await inNamespace('wait', '--for=condition=Ready=false', 'pods', '-l', 'app=one', '--timeout=60s')
    await inNamespace('rollout', 'status', 'deployment/one', '--timeout=120s')
    const { answered, faults } = await load.end()
    expect(faults).toEqual([])
    expect(answered).toBeGreaterThan(100)
  })

  it('hold all requests while the node is stopped and started', async () => {
    const [node = ''] = (await kube(['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}'])).split('\n')
    await docker('stop', '--time', '20', node)
    const load = requests(url(), 50)
    await docker('start', node)
    await eventually(() => rollOut(args => inNamespace(...args), 'deployment/one'))
    const { answered, faults } = await load.end()
    expect(faults).toEqual([])
    expect(answered).toBeGreaterThan(0)
  })

  it('are there again once a daemon that was killed is followed by another', async () => {
    process.kill((await status()).daemon?.pid ?? 0, 'SIGKILL')
    await expect(fetch(url())).rejects.toThrow()
    succeeded(await devk('up'))
    expect(await (await fetch(url())).text()).toMatch(/^one-/)
  })

  it('leave a port that is taken to its owner, whom they name, and touch no other forward', async () => {
    const owner = createServer()
    const taken = await ephemeralPort()
    owner.listen(taken, '127.0.0.1')
    await once(owner, 'listening')
    const socket = new WebSocket(`ws://127.0.0.1:${ports.web}/`)
    await new Promise(resolve => socket.addEventListener('open', resolve, { once: true }))
    const file = join(folder(), 'devk.yaml')
    const before = await readFile(file, 'utf8')
    await writeFile(file, before.replace(`"${ports.spread}:8080"`, `"${ports.spread}:8080", "${taken}:8081"`))
    const refused = await devk('up')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(
      new RegExp(`Port ${taken}, which leads to many, is taken by .*process ${process.pid}`),
    )
    await writeFile(
      file,
      before.replace(`"${ports.spread}:8080"`, `"${ports.spread}:8080", "auto:${taken}:8081"`),
    )
    succeeded(await devk('up'))
    const auto = (await forwardsOf('many')).find(({ forward }) => forward.auto)
    expect(auto?.port).toBeGreaterThan(taken)
    expect(socket.readyState).toBe(WebSocket.OPEN)
    socket.close()
    owner.close()
    await writeFile(file, before)
    succeeded(await devk('up'))
    expect(await forwardsOf('many')).toHaveLength(1)
  })

  it('end with the daemon, which leaves nothing in a node, and devk forward says so', async () => {
    const [node = ''] = (await kube(['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}'])).split('\n')
    const lent = home().start(['forward', 'one', `${await ephemeralPort()}:8080`], { cwd: folder() })
    await eventually(async () => expect(await forwardsOf('one')).toHaveLength(5))
    await fetch(url())
    await eventually(async () =>
      expect(await docker('exec', node, 'iptables-save', '-t', 'nat')).toContain('DEVK-'),
    )
    process.kill((await status()).daemon?.pid ?? 0, 'SIGTERM')
    expect(await lent.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('was asked to end') })
    await eventually(async () =>
      expect(await docker('exec', node, 'iptables-save', '-t', 'nat')).not.toContain('DEVK-'),
    )
  })
}

/** One request and what came back, with the status that stands in the trailers. */
function call(session: ClientHttp2Session, words: string): Promise<{ said: string; status: unknown }> {
  const stream = session.request({ ':method': 'POST', ':path': '/shop.Orders/Place', te: 'trailers' })
  const trailers = once(stream, 'trailers') as Promise<[IncomingHttpHeaders]>
  stream.end(words)
  return Promise.all([text(stream), trailers]).then(([said, [last]]) => ({
    said,
    status: last['grpc-status'],
  }))
}
