import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { paths } from '../src/base/paths.ts'
import { sleep } from '../src/base/time.ts'
import { run } from '../src/exec/run.ts'
import { addressOf } from './address.ts'
import { kubectlOf } from './by-hand.ts'
import type { Contender, Suite } from './measure.ts'
import { findPeers, writePeerTools } from './peers.ts'
import { mainProcess, served, type Watcher, watchBytes, watchPods } from './see.ts'
import {
  data,
  dataFiles,
  portOf,
  type ServiceName,
  SOURCES,
  text,
  textFile,
  writeSources,
} from './sync-sources.ts'
import { byDevk, byHand, byPeer, settled, type Way } from './sync-ways.ts'
import { watchingSuite } from './watching.ts'

const devkFile = resolve(import.meta.dirname, '../bin/devk')
const NAME = 'bench-sync'
const OTHERS = ['tilt', 'devspace']
/** A change that is not served after so long never will be. */
const LOST_MS = 5_000
/** Whoever watches has done with the last round by then. */
const REST_MS = 300
/** Pods too have come and gone by then. */
const LONG_REST_MS = 1_000

/** From a saved file to what runs, beside the same by hand and by others. */
export async function syncBench(signal: AbortSignal): Promise<Suite[]> {
  const home = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  await symlink(paths().data, join(home, 'data'))
  const devk = async (folder: string, ...args: string[]) =>
    (await run({ file: devkFile, args, cwd: folder, env: { DEVK_HOME: home, CI: '1' } }, { signal })).stdout
  const { present, missing } = await findPeers(signal)
  console.log(`Left out, since not set up here or not on PATH: ${[...OTHERS, ...missing].join(', ')}\n`)
  const kubeconfig = join(home, 'state', 'clusters', NAME, 'kubeconfig')
  const tools = join(home, 'peer-tools')
  let known: string | undefined
  const registry = async () => {
    known ??= (JSON.parse(await devk(home, 'cluster', 'status', NAME, '--json')) as { registry: string })
      .registry
    return known
  }
  const siteOf = (name: string, firstPort: number) => {
    const sources = { folder: join(home, name), firstPort, looped: name === 'hand' }
    return { cluster: NAME, home: join(home, `of-${name}`), tools, kubeconfig, registry, sources, signal }
  }
  const devkWay = byDevk(siteOf('devk', 30_110), devk)
  const handWay = byHand(siteOf('hand', 30_100))
  const ways = [
    handWay,
    devkWay,
    ...present.map((peer, index) => byPeer(peer, siteOf(peer.name, 30_120 + index * 10))),
  ]
  let host = ''
  const place = (way: Way, service: ServiceName) => ({ host, port: portOf(way.sources, service) })

  async function begin(): Promise<void> {
    await writePeerTools(tools, signal)
    for (const way of ways) {
      await mkdir(way.sources.folder)
      await writeSources(way.sources)
    }
    await devkWay.up(['web', 'plain'])
    host = await addressOf(`${NAME}-control-plane`, signal)
    for (const way of ways) if (way !== devkWay) await way.up(['web', 'plain'])
  }

  let watchers: Watcher[] = []
  const endWatchers = async () => {
    for (const watcher of watchers) watcher[Symbol.dispose]()
    watchers = []
  }
  const watchAllBytes = async () => {
    watchers = await Promise.all(
      ways.map(async ({ namespace }) => {
        const kubectl = await kubectlOf(kubeconfig, namespace, signal)
        return watchBytes(await mainProcess(kubectl, 'web'), SOURCES)
      }),
    )
  }
  const watchAllPods = async () => {
    watchers = await Promise.all(ways.map(({ namespace }) => watchPods({ kubeconfig, namespace }, 'plain')))
  }

  /** From the write of the last file until its content is in the container. */
  const untilWritten = (files: readonly string[]): Contender[] =>
    ways.map((way, index) => {
      let delivered: Promise<void> | undefined
      return {
        name: way.name,
        prepare: () => sleep(REST_MS, signal),
        async run(begin) {
          const watcher = watchers[index]
          const nonce = nonceOf(way)
          await watcher?.expect(nonce, files)
          const [last = '', ...others] = files.toReversed()
          const save = (file: string) =>
            writeFileSync(join(way.sources.folder, 'web', 'src', file), data(nonce))
          for (const file of others) save(file)
          begin()
          save(last)
          delivered = way.deliver?.('web', files)
          await seenUnlessFailed(watcher, delivered)
        },
        reset: async () => await delivered,
      }
    })

  const lost = new Map<string, number>()
  const untilServed = (service: ServiceName, measured: readonly Way[]): Contender[] =>
    measured.map(way => ({
      name: way.name,
      prepare: () => sleep(LONG_REST_MS, signal),
      async run() {
        const nonce = nonceOf(way)
        const file = textFile(service)
        await writeFile(join(way.sources.folder, service, 'src', file), text(service, nonce))
        await way.deliver?.(service, [file])
        if (await served(place(way, service), nonce, LOST_MS)) return
        lost.set(way.name, (lost.get(way.name) ?? 0) + 1)
      },
    }))
  const tellLost = async () => {
    console.log(
      `Edits that were not served within 5 s: ${[...lost].map(each => each.join(' ')).join(', ') || 'none'}`,
    )
    lost.clear()
  }

  const untilReady: Contender[] = ways.map((way, index) => {
    let rolled: Promise<void> | undefined
    return {
      name: way.name,
      async prepare() {
        await settled(way, kubeconfig, 'plain', signal)
        await sleep(LONG_REST_MS, signal)
        await watchers[index]?.expect('')
      },
      async run() {
        await writeFile(
          join(way.sources.folder, 'plain', 'src', textFile('plain')),
          text('plain', nonceOf(way)),
        )
        rolled = way.roll?.('plain')
        await seenUnlessFailed(watchers[index], rolled)
      },
      reset: async () => await rolled,
    }
  })

  return [
    {
      title: 'one file of 5 kB, saved: in the container',
      leastRounds: 40,
      async before() {
        await begin()
        await watchAllBytes()
      },
      contenders: untilWritten(dataFiles.slice(0, 1)),
    },
    {
      title: `${dataFiles.length} files of 5 kB, saved at once: in the container`,
      leastRounds: 20,
      contenders: untilWritten(dataFiles),
      after: endWatchers,
    },
    {
      title: 'a file of a Node server that watches its files, saved: served',
      leastRounds: 10,
      contenders: untilServed('web', ways),
      after: tellLost,
    },
    {
      title: 'a file that no sync rule leads anywhere, saved: a new pod Ready',
      leastRounds: 10,
      before: watchAllPods,
      contenders: untilReady,
      after: endWatchers,
    },
    {
      title: 'a file of a Python server, saved: restarted in place, and served',
      leastRounds: 10,
      async before() {
        for (const way of [handWay, devkWay]) await way.up(['web', 'plain', 'api'])
      },
      contenders: untilServed('api', [handWay, devkWay]),
      async after() {
        await tellLost()
        for (const way of ways) if (way !== devkWay) await way.down()
      },
    },
    watchingSuite({ folder: join(home, 'many'), cluster: NAME, devk, signal }, async () => {
      await devkWay.down()
      await rm(home, { recursive: true, force: true })
    }),
  ]
}

/** Without a wait for the script's own end. */
async function seenUnlessFailed(watcher: Watcher | undefined, script: Promise<void> | undefined) {
  const seen = watcher?.seen()
  await Promise.race([seen, ...(script ? [script.then(() => seen)] : [])])
}

let saved = 0

function nonceOf({ name }: Way): string {
  return `${name.replaceAll(' ', '-')}-${process.pid}-${++saved}`
}
