import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { paths } from '../src/base/paths.ts'
import { sleep } from '../src/base/time.ts'
import { run } from '../src/exec/run.ts'
import type { ProjectStatus } from '../src/model/project-status.ts'
import { kubectlOf, upByHand } from './by-hand.ts'
import type { Suite } from './measure.ts'
import { memoryOf } from './memory.ts'
import { findPeers, peerContenders, writePeerTools } from './peers.ts'
import { serviceNames, touchServices, writeServices } from './services.ts'
import { startByHand } from './start-by-hand.ts'

const devkFile = resolve(import.meta.dirname, '../bin/devk')
const HAND = 'bench-hand'
/** A daemon that was asked for nothing for so long is idle. */
const REST_MS = 15_000

/** A day's commands on a cluster that stands, beside the same by hand, and beside Node that does nothing. */
export async function dayBench(signal: AbortSignal): Promise<Suite[]> {
  const home = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  await symlink(paths().data, join(home, 'data'))
  const env = { DEVK_HOME: home, CI: '1' }
  const devkIn =
    (folder: string) =>
    async (...args: string[]) =>
      (await run({ file: devkFile, args, cwd: folder, env }, { signal })).stdout
  const projects = await Promise.all(
    [3, 10].map(async count => {
      const folder = join(home, `services-${count}`)
      await mkdir(folder)
      await writeServices(folder, `bench-${count}`, count)
      return { count, folder, devk: devkIn(folder) }
    }),
  )
  const { present, missing } = await findPeers(signal)
  if (missing.length > 0) console.log(`Left out, since not on PATH: ${missing.join(', ')}\n`)
  const tools = join(home, 'peer-tools')
  if (present.length > 0) await writePeerTools(tools, signal)
  return projects.flatMap(({ count, folder, devk }) => {
    const cluster = `bench-${count}`
    const services = serviceNames(count)
    const kubeconfig = join(home, 'state', 'clusters', cluster, 'kubeconfig')
    const status = async () => JSON.parse(await devk('status', '--json')) as ProjectStatus
    let known: Promise<string> | undefined
    // Asked once, by what is prepared: nobody's time is spent on it.
    const registry = () => {
      known ??= devk('cluster', 'status', '--json').then(
        status => (JSON.parse(status) as { registry?: string }).registry ?? '',
      )
      return known
    }
    const site = { folder, home: join(home, `peers-${count}`), tools, services, kubeconfig, registry }
    const peers = peerContenders(present, site, signal)
    const bare = {
      name: 'node -e 0',
      run: async () => void (await run({ file: process.execPath, args: ['-e', '0'] })),
    }
    const cold: Suite = {
      title: `${count} services, a running cluster, nothing built: to Ready`,
      before: async () => void (await devk('cluster', 'create')),
      contenders: [
        {
          name: 'by hand: build, push, apply, wait',
          prepare: async () => {
            await touchServices(folder, count, `hand ${Date.now()}`)
            await registry()
            const kubectl = await kubectlOf(kubeconfig, HAND, signal)
            await kubectl(['create', 'namespace', HAND])
          },
          run: async () => {
            const to = { registry: await registry(), kubeconfig, namespace: HAND }
            await upByHand({ folder, services, ...to }, signal)
          },
          reset: async () => {
            const kubectl = await kubectlOf(kubeconfig, HAND, signal)
            await kubectl(['delete', 'namespace', HAND])
          },
        },
        {
          name: 'devk up',
          prepare: () => touchServices(folder, count, `devk ${Date.now()}`),
          run: async () => void (await devk('up')),
          reset: async () => void (await devk('down', '--keep-cluster')),
        },
        ...peers.map(({ name, prepare, up, reset }) => ({
          name,
          prepare: async () => {
            await touchServices(folder, count, `${name} ${Date.now()}`)
            await prepare()
          },
          run: up,
          reset,
        })),
      ],
    }
    const stop = async () => void (await devk('stop'))
    const stopped: Suite = {
      title: `${count} services, after a stop: to Ready`,
      before: async () => void (await devk('up')),
      contenders: [
        {
          name: 'by hand: docker start, wait',
          prepare: stop,
          run: () => startByHand({ cluster, kubeconfig, namespace: cluster }, signal),
        },
        { name: 'devk up', prepare: stop, run: async () => void (await devk('up')) },
      ],
    }
    const warm: Suite = {
      title: `${count} services, nothing changed`,
      // From here on nothing changes the services, so that nobody has anything to build.
      before: async () => {
        await devk('up')
        for (const { prepare, up } of peers) {
          await prepare()
          await up()
        }
      },
      contenders: [
        bare,
        { name: 'devk --help', run: async () => void (await devk('--help')) },
        { name: 'devk status, daemon alive', run: async () => void (await devk('status')) },
        { name: 'devk up, daemon alive', run: async () => void (await devk('up')) },
        {
          name: 'devk up, no daemon',
          prepare: async () => {
            const { daemon } = await status()
            if (daemon) process.kill(daemon.pid, 'SIGKILL')
          },
          run: async () => void (await devk('up')),
        },
        ...peers.map(({ name, up }) => ({ name, run: up })),
      ],
      after: async () => {
        const { daemon } = await status()
        await sleep(REST_MS, signal)
        console.log(`The idle daemon, ${count} services: ${await memoryOf(daemon?.pid ?? 0)} MB\n`)
        for (const { clean } of peers) await clean()
        await devk('down')
        if (count === 10) await rm(home, { recursive: true, force: true })
      },
    }
    return count === 3 ? [cold, stopped, warm] : [cold, warm]
  })
}
