import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from '../src/base/time.ts'
import { startPeer } from '../src/exec/peer.ts'
import { run } from '../src/exec/run.ts'
import { kubectlOf, upByHand } from './by-hand.ts'
import type { Peer } from './peer-files.ts'
import { environment, removeImages } from './peers.ts'
import { type MainProcess, mainProcess } from './see.ts'
import { projectFile, type ServiceName, SOURCES, type Sources } from './sync-sources.ts'

/** How sources come into containers: a tool that watches them, or a script that is called after a save. */
export interface Way {
  name: string
  sources: Sources
  namespace: string
  /** All of these services run, and what is saved from then on comes into them. */
  up(services: readonly ServiceName[]): Promise<void>
  /** What whoever saved these, below the service's `src`, does next; undefined where that is nothing. */
  deliver: ((service: ServiceName, paths: readonly string[]) => Promise<void>) | undefined
  /** Builds a service anew and rolls it out; undefined where that is done without being asked for. */
  roll: ((service: ServiceName) => Promise<void>) | undefined
  down(): Promise<void>
}

/** Where all of them do their work. */
export interface WaySite {
  cluster: string
  /** Where a tool keeps what it remembers. */
  home: string
  /** A folder with the clients of Docker and Kubernetes. */
  tools: string
  kubeconfig: string
  registry: () => Promise<string>
  sources: Sources
  signal: AbortSignal
}

const HAND = 'bench-hand'

/** What a good script does: it knows the container's main process, and writes through its node. */
export function byHand(site: WaySite): Way {
  const { sources, kubeconfig, registry, signal } = site
  const processes = new Map<ServiceName, MainProcess>()
  const repository = async (service: string) => `${await registry()}/${HAND}/${service}`
  const shell = async (script: string, args: readonly string[]) => {
    const env = await environment(site, { env: {} })
    await run({ file: 'sh', args: ['-c', script, 'sh', ...args], cwd: sources.folder, env }, { signal })
  }
  return {
    name: 'by hand',
    sources,
    namespace: HAND,
    async up(services) {
      const kubectl = await kubectlOf(kubeconfig, HAND, signal)
      await kubectl(['create', 'namespace', HAND]).catch(() => {})
      const to = { registry: await registry(), kubeconfig, namespace: HAND }
      await upByHand({ folder: sources.folder, services, ...to }, signal)
      for (const service of services) processes.set(service, await mainProcess(kubectl, service))
    },
    async deliver(service, paths) {
      const { node, pid } = processes.get(service) ?? { node: '', pid: 0 }
      await shell(service === 'api' ? WRITE_AND_KILL : WRITE, [
        ...[`${service}/src`, node, `/proc/${pid}/root${SOURCES}`, String(pid)],
        ...paths,
      ])
    },
    async roll(service) {
      await shell(BUILD_AND_ROLL, [await repository(service), service, HAND])
    },
    async down() {
      const kubectl = await kubectlOf(kubeconfig, HAND, signal)
      await kubectl(['delete', 'namespace', HAND])
      await removeImages(await Promise.all(['web', 'plain', 'api'].map(repository)), signal)
    },
  }
}

const WRITE = `from=$1 node=$2 to=$3; shift 4
tar -c -C "$from" "$@" | docker exec -i "$node" tar -x --overwrite -C "$to"`

/** The server is the one child of a shell that starts it again and again. */
const WRITE_AND_KILL = `from=$1 node=$2 to=$3 pid=$4; shift 4
tar -c -C "$from" "$@" | docker exec -i "$node" sh -c '
  tar -x --overwrite -C "$1" && read -r child other < "/proc/$2/task/$2/children"; kill "$child"' sh "$to" "$pid"`

const BUILD_AND_ROLL = `docker build --quiet --tag "$1:now" "$2" && docker push --quiet "$1:now" &&
digest=$(docker inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1:now" | grep "^$1@") &&
kubectl --namespace "$3" set image "deployment/$2" "$2=$digest" &&
kubectl --namespace "$3" rollout status "deployment/$2"`

export function byDevk(
  { cluster, sources }: WaySite,
  devk: (folder: string, ...args: string[]) => Promise<string>,
): Way {
  const { folder } = sources
  return {
    name: 'devk',
    sources,
    namespace: cluster,
    async up(services) {
      await writeFile(join(folder, 'devk.yaml'), projectFile(cluster, cluster, services))
      await devk(folder, 'up')
    },
    deliver: undefined,
    roll: undefined,
    async down() {
      await devk(folder, 'down', '--yes')
    },
  }
}

export function byPeer(peer: Peer, site: WaySite): Way {
  const { sources, kubeconfig, registry, signal } = site
  const namespace = `bench-${peer.name}`
  let ended = async () => {}
  let all: readonly ServiceName[] = []
  const place = async () => ({ services: all, synced: ['web'], namespace, registry: await registry() })
  return {
    name: `${peer.name} ${peer.develop.words[0]}`,
    sources,
    namespace,
    async up(services) {
      all = services
      const kubectl = await kubectlOf(kubeconfig, namespace, signal)
      await kubectl(['create', 'namespace', namespace]).catch(() => {})
      await writeFile(join(sources.folder, peer.file), peer.content(await place()))
      const args = [...peer.develop.words, ...peer.options(await place())]
      const started = startPeer({
        file: peer.name,
        args,
        cwd: sources.folder,
        env: await environment(site, peer),
      })
      ended = async () => {
        started.kill()
        await started.ended
      }
      const { promise: waits, resolve, reject } = Promise.withResolvers<void>()
      const read = async () => {
        // It stops where nobody reads what it prints.
        for await (const line of started.lines) if (line.includes(peer.develop.waits)) resolve()
        reject(new Error(`${peer.name} ended: ${started.complaint()}`))
      }
      void read()
      await waits
    },
    deliver: undefined,
    roll: undefined,
    async down() {
      await ended()
      const kubectl = await kubectlOf(kubeconfig, namespace, signal)
      await kubectl(['delete', 'namespace', namespace])
      await removeImages(all.map(peer.repository(await place())), signal)
    },
  }
}

/** Nothing is being done any more, and nothing is left from what was before. */
export async function settled(
  { namespace }: Way,
  kubeconfig: string,
  service: ServiceName,
  signal: AbortSignal,
): Promise<void> {
  const kubectl = await kubectlOf(kubeconfig, namespace, signal)
  const ask = async () => {
    const { stdout } = await kubectl(['get', 'pods', '--selector', `app=${service}`, '--output', 'name'])
    return stdout.trim().split('\n').length === 1 || undefined
  }
  await poll(ask, { every: 200, signal })
}
