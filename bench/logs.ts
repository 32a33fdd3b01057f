import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { paths } from '../src/base/paths.ts'
import { ephemeralPort } from '../src/base/ports.ts'
import { poll, sleep } from '../src/base/time.ts'
import { findProcesses } from '../src/exec/find-processes.ts'
import { type Peer, startPeer } from '../src/exec/peer.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'
import type { ProjectStatus } from '../src/model/project-status.ts'
import { serverManifest } from '../test/e2e/support/server.ts'
import { cpuOf } from './cpu.ts'
import type { Contender, Suite } from './measure.ts'

const devkFile = resolve(import.meta.dirname, '../bin/devk')
const NAME = 'bench-logs'
const SOON_MS = 1_000
const isLinux = process.platform === 'linux'

/** From a container to whoever follows it: devk, which keeps it on disk on the way, beside kubectl. */
export async function logsBench(signal: AbortSignal): Promise<Suite[]> {
  const home = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  const folder = join(home, 'project')
  const kubeconfig = join(home, 'state', 'clusters', NAME, 'kubeconfig')
  const port = await ephemeralPort()
  const env = { DEVK_HOME: home, CI: '1' }
  const devk = (...args: string[]) => run({ file: devkFile, args, cwd: folder, env }, { signal })
  let daemon = 0
  let printed = 0
  let follower: Follower | undefined

  /** What is printed by the time that it is told, and seen by whoever follows. */
  const print = async (lines: number, perSecond = 0): Promise<void> => {
    const nonce = ++printed
    const seen = follower?.saw(`line ${lines} of ${nonce}`)
    await ask(port, `/print/${lines}?nonce=${nonce}&rate=${perSecond}`)
    await seen
  }
  const contender = (
    name: string,
    start: () => Promise<Follower>,
    others: () => number[],
    work: () => Promise<void>,
  ): Contender => ({
    name,
    async prepare() {
      follower = await start()
      // Only once it has shown a line it is known to listen.
      await poll(async () => await Promise.race([print(1).then(() => true), sleep(SOON_MS)]), {
        every: 0,
        signal,
      })
    },
    run: work,
    ...(isLinux && {
      async cpu() {
        const times = await Promise.all([follower?.pid ?? 0, ...others()].map(cpuOf))
        return times.reduce((sum, each) => sum + each, 0)
      },
    }),
    async reset() {
      follower?.peer.kill()
      await follower?.peer.ended
      follower = undefined
    },
  })
  const where = ['--kubeconfig', kubeconfig, '--namespace', NAME]
  const contenders = (work: () => Promise<void>): Contender[] => [
    contender(
      'kubectl logs -f',
      async () =>
        follow(await findTool('kubectl'), [...where, 'logs', '-f', '--tail=0', 'deployment/server'], {
          env,
          folder,
        }),
      () => [],
      work,
    ),
    contender(
      'devk logs -f',
      () => follow(devkFile, ['logs', 'server', '-f', '--raw', '--tail', '0'], { env, folder }),
      () => [daemon],
      work,
    ),
  ]
  return [
    {
      title: '200,000 lines of 100 bytes, as fast as they can be printed',
      async before() {
        await symlink(paths().data, join(home, 'data'))
        await mkdir(folder)
        await writeFile(join(folder, 'server.json'), serverManifest('server'))
        await writeFile(
          join(folder, 'devk.yaml'),
          `name: ${NAME}\nservices:\n  server: { deploy: server.json, forward: ["${port}:8080"] }\n`,
        )
        await devk('up')
        daemon = (JSON.parse((await devk('status', '--json')).stdout) as ProjectStatus).daemon?.pid ?? 0
      },
      contenders: contenders(() => print(200_000)),
    },
    {
      title: '10,000 lines a second for 10 seconds: what it costs',
      contenders: contenders(() => print(100_000, 10_000)),
    },
    {
      title: '50 lines one after the other: how long each is under way',
      contenders: contenders(async () => {
        for (let line = 0; line < 50; line++) await print(1)
      }),
      async after() {
        await devk('down', '--yes')
        await rm(home, { recursive: true, force: true })
      },
    },
  ]
}

interface Follower {
  peer: Peer
  pid: number
  /** Resolves once a line has this text, which it is asked for before it comes. */
  saw(text: string): Promise<void>
}

async function follow(
  file: string,
  args: string[],
  { env, folder }: { env: Record<string, string>; folder: string },
): Promise<Follower> {
  const peer = startPeer({ file, args, env, cwd: folder })
  let wanted = ''
  let found = () => {}
  const read = async () => {
    for await (const line of peer.lines) if (line.startsWith(wanted) && wanted !== '') found()
  }
  void read()
  const [process] = await poll(
    async () => {
      const all = await findProcesses(each => args.every(arg => each.includes(arg)))
      return all.length > 0 ? all : undefined
    },
    { every: 20, signal: AbortSignal.timeout(10_000) },
  )
  return {
    peer,
    pid: process?.pid ?? 0,
    saw(text) {
      wanted = `${text} `
      return new Promise(resolve => {
        found = resolve
      })
    },
  }
}

async function ask(port: number, path: string): Promise<void> {
  const [response] = await once(get({ host: '127.0.0.1', port, path, agent: false }), 'response')
  response.resume()
  await once(response, 'end')
}
