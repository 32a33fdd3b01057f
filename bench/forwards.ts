import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { paths } from '../src/base/paths.ts'
import { ephemeralPort } from '../src/base/ports.ts'
import { type Peer, startPeer } from '../src/exec/peer.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'
import { serverManifest } from '../test/e2e/support/server.ts'
import type { Contender, Suite } from './measure.ts'

const devkFile = resolve(import.meta.dirname, '../bin/devk')
const NAME = 'bench-forwards'
const LARGE = 1_000_000_000

/** What goes through a local port that devk holds, beside the same through one of kubectl's. */
export async function forwardsBench(signal: AbortSignal): Promise<Suite[]> {
  const home = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  const folder = join(home, 'project')
  const [ours, theirs] = await Promise.all([ephemeralPort(), ephemeralPort()])
  const devk = (...args: string[]) =>
    run({ file: devkFile, args, cwd: folder, env: { DEVK_HOME: home, CI: '1' } }, { signal })
  let kubectl: Peer | undefined
  const contenders = (work: (port: number) => Promise<void>): Contender[] => [
    { name: 'kubectl port-forward', run: () => work(theirs) },
    { name: 'devk', run: () => work(ours) },
  ]
  return [
    {
      title: '1 GB from a pod',
      async before() {
        await symlink(paths().data, join(home, 'data'))
        await mkdir(folder)
        await writeFile(join(folder, 'server.json'), serverManifest('server'))
        await writeFile(
          join(folder, 'devk.yaml'),
          `name: ${NAME}\nservices:\n  server: { deploy: server.json, forward: ["${ours}:8080"] }\n`,
        )
        await devk('up')
        kubectl = await portForward(join(home, 'state', 'clusters', NAME, 'kubeconfig'), theirs)
      },
      contenders: contenders(port => ask(port, `/bytes/${LARGE}`)),
    },
    {
      title: '300 connections, one after the other',
      contenders: contenders(port => connections(port, 300, 1)),
    },
    {
      title: '2,000 connections, 20 at a time',
      contenders: contenders(port => connections(port, 2_000, 20)),
    },
    {
      title: '1,000 connections, 200 at a time',
      contenders: contenders(port => connections(port, 1_000, 200)),
      async after() {
        kubectl?.kill()
        await devk('down', '--yes')
        await rm(home, { recursive: true, force: true })
      },
    },
  ]
}

async function portForward(kubeconfig: string, port: number): Promise<Peer> {
  const where = ['--kubeconfig', kubeconfig, '--namespace', NAME]
  const peer = startPeer({
    file: await findTool('kubectl'),
    args: [...where, 'port-forward', 'deployment/server', `${port}:8080`],
  })
  const { promise: listening, resolve: begun } = Promise.withResolvers<void>()
  const read = async () => {
    // It writes a line for each connection, and stops where nobody reads them.
    for await (const line of peer.lines) if (line.startsWith('Forwarding from')) begun()
  }
  void read()
  await listening
  return peer
}

/** Each asks for one small answer. */
async function connections(port: number, count: number, atOnce: number): Promise<void> {
  let left = count
  const one = async () => {
    while (left-- > 0) await ask(port, '/')
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}

async function ask(port: number, path: string): Promise<void> {
  const request = get({ port, path, host: '127.0.0.1', agent: false })
  const [response] = await once(request, 'response')
  response.resume()
  await once(response, 'end')
}
