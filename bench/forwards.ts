import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { paths } from '../src/base/paths.ts'
import { ephemeralPort } from '../src/base/ports.ts'
import { findProcesses } from '../src/exec/find-processes.ts'
import { type Peer, startPeer } from '../src/exec/peer.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'
import type { ProjectStatus } from '../src/model/project-status.ts'
import { serverManifest } from '../test/e2e/support/server.ts'
import { addressOf } from './address.ts'
import { cpuOf } from './cpu.ts'
import type { Contender, Suite } from './measure.ts'

interface Place {
  host: string
  port: number
}

const devkFile = resolve(import.meta.dirname, '../bin/devk')
const NAME = 'bench-forwards'
/** Where processes tell their times, and a node's address can be reached. */
const isLinux = process.platform === 'linux'
const LOOPBACK = '127.0.0.1'
const NODE_PORT = 30_080
const LARGE = 1_000_000_000

/** What goes through a local port that devk holds, beside one of kubectl's, and where it shows beside the node's own port. */
export async function forwardsBench(signal: AbortSignal): Promise<Suite[]> {
  const home = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  const folder = join(home, 'project')
  const [ours, theirs] = await Promise.all([ephemeralPort(), ephemeralPort()])
  const devk = (...args: string[]) =>
    run({ file: devkFile, args, cwd: folder, env: { DEVK_HOME: home, CI: '1' } }, { signal })
  let kubectl: Peer | undefined
  const pids = { kubectl: 0, devk: 0 }
  let node: Place = { host: '', port: 0 }
  const contenders = (work: (place: Place) => Promise<void>): Contender[] => [
    {
      name: 'kubectl port-forward',
      run: () => work({ host: LOOPBACK, port: theirs }),
      ...(isLinux && { cpu: () => cpuOf(pids.kubectl) }),
    },
    {
      name: 'devk',
      run: () => work({ host: LOOPBACK, port: ours }),
      ...(isLinux && { cpu: () => cpuOf(pids.devk) }),
    },
  ]
  const withNode = (work: (place: Place) => Promise<void>): Contender[] => [
    ...(isLinux ? [{ name: 'the node’s own port', run: () => work(node) }] : []),
    ...contenders(work),
  ]
  return [
    {
      title: '1 GB from a pod',
      async before() {
        await symlink(paths().data, join(home, 'data'))
        await mkdir(folder)
        await writeFile(join(folder, 'server.json'), serverManifest('server'))
        await writeFile(join(folder, 'node-port.json'), JSON.stringify(nodePort))
        await writeFile(
          join(folder, 'devk.yaml'),
          `name: ${NAME}\nservices:\n  server: { deploy: [server.json, node-port.json], forward: ["${ours}:8080"] }\n`,
        )
        await devk('up')
        const kubeconfig = join(home, 'state', 'clusters', NAME, 'kubeconfig')
        kubectl = await portForward(kubeconfig, theirs)
        const { daemon } = JSON.parse((await devk('status', '--json')).stdout) as ProjectStatus
        const [peer] = await findProcesses(args => args.includes(kubeconfig) && args.includes('port-forward'))
        Object.assign(pids, { devk: daemon?.pid, kubectl: peer?.pid })
        node = { host: await addressOf(`${NAME}-control-plane`, signal), port: NODE_PORT }
      },
      contenders: contenders(place => ask(place, `/bytes/${LARGE}`)),
    },
    {
      title: '2,000 requests over one connection, one after the other',
      contenders: withNode(place => requests(place, 2_000)),
    },
    {
      title: '300 connections, one after the other',
      contenders: withNode(place => connections(place, 300, 1)),
    },
    {
      title: '2,000 connections, 20 at a time',
      contenders: contenders(place => connections(place, 2_000, 20)),
    },
    {
      title: '1,000 connections, 200 at a time',
      contenders: contenders(place => connections(place, 1_000, 200)),
      async after() {
        kubectl?.kill()
        await devk('down', '--yes')
        await rm(home, { recursive: true, force: true })
      },
    },
  ]
}

const nodePort = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'straight' },
  spec: {
    type: 'NodePort',
    selector: { app: 'server' },
    ports: [{ port: 80, targetPort: 8080, nodePort: NODE_PORT }],
  },
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
async function connections(place: Place, count: number, atOnce: number): Promise<void> {
  let left = count
  const one = async () => {
    while (left-- > 0) await ask(place, '/')
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}

async function requests(place: Place, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let left = count; left > 0; left--) await ask(place, '/', agent)
  agent.destroy()
}

async function ask(place: Place, path: string, agent: Agent | false = false): Promise<void> {
  const request = get({ ...place, path, agent })
  const [response] = await once(request, 'response')
  response.resume()
  await once(response, 'end')
}
