import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { buildClients } from '../src/docker/build/build-clients.ts'
import { dockerHost } from '../src/docker/endpoint.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'
import { kubectlOf } from './by-hand.ts'
import { type Peer, peers } from './peer-files.ts'

export interface PeerSite {
  /** The project's, where the peers' files go beside devk.yaml. */
  folder: string
  /** Where the peers keep what they remember between two commands. */
  home: string
  /** A folder with the clients of Docker and Kubernetes that they call by name. */
  tools: string
  services: readonly string[]
  kubeconfig: string
  registry: () => Promise<string>
}

export interface PeerContender {
  name: string
  /** Makes its namespace and writes its file. */
  prepare: () => Promise<void>
  /** Builds, pushes, deploys and waits until all is ready. */
  up: () => Promise<void>
  /** Deletes its namespace with all that is in it. */
  reset: () => Promise<void>
  /** Takes its images out of Docker. */
  clean: () => Promise<void>
}

/** The other tools for the same work, each as a good user of it would set it up for this cluster and registry. */
export function peerContenders(
  present: readonly Peer[],
  site: PeerSite,
  signal: AbortSignal,
): PeerContender[] {
  return present.map(peer => {
    const namespace = `bench-${peer.name}`
    const { services } = site
    const kubectl = async (...args: string[]) =>
      void (await (
        await kubectlOf(site.kubeconfig, namespace, signal)
      )(args))
    const place = async () => ({ services, namespace, registry: await site.registry() })
    return {
      name: [peer.name, ...peer.words].join(' '),
      prepare: async () => {
        await writeFile(join(site.folder, peer.file), peer.content(await place()))
        await kubectl('create', 'namespace', namespace)
      },
      up: async () => {
        const args = [...peer.words, ...peer.options(await place())]
        const env = await environment(site, peer)
        await run({ file: peer.name, args, cwd: site.folder, env }, { signal })
      },
      reset: () => kubectl('delete', 'namespace', namespace),
      clean: async () => removeImages(services.map(peer.repository(await place())), signal),
    }
  })
}

/** Those on PATH, and the names of the others. */
export async function findPeers(signal: AbortSignal): Promise<{ present: Peer[]; missing: string[] }> {
  const found = await Promise.all(
    peers.map(async peer => {
      try {
        await run({ file: peer.name, args: ['version'] }, { signal })
        return true
      } catch {
        signal.throwIfAborted()
        return false
      }
    }),
  )
  return {
    present: peers.filter((_, index) => found[index]),
    missing: peers.filter((_, index) => !found[index]).map(({ name }) => name),
  }
}

/** As the tools get it that are measured here, and the scripts by hand. */
export async function environment(
  { home, kubeconfig, tools }: Pick<PeerSite, 'home' | 'kubeconfig' | 'tools'>,
  peer: Pick<Peer, 'env'>,
): Promise<Record<string, string>> {
  return {
    ...peer.env,
    // What a peer remembers goes away with the bench, and what the user's own remembers does not help it.
    HOME: home,
    DOCKER_CONFIG: process.env['DOCKER_CONFIG'] || join(homedir(), '.docker'),
    KUBECONFIG: kubeconfig,
    DOCKER_HOST: await dockerHost(),
    DOCKER_BUILDKIT: '1',
    PATH: [tools, process.env['PATH'] ?? ''].join(delimiter),
  }
}

/** devk finds a Docker client that can build; the peers take the first on PATH, which may lack the part for it. */
export async function writePeerTools(folder: string, signal: AbortSignal): Promise<void> {
  await mkdir(folder)
  await symlink(await findTool('kubectl'), join(folder, 'kubectl'))
  const docker = await firstThatBuilds(signal)
  if (docker !== undefined) await symlink(docker, join(folder, 'docker'))
}

async function firstThatBuilds(signal: AbortSignal): Promise<string | undefined> {
  for (const file of await buildClients()) {
    const command = { file, args: ['build', '--help'], env: { DOCKER_BUILDKIT: '1' } }
    const { exitCode, stderr } = await run(command, { signal, accept: [1, 125] })
    if (exitCode === 0 && !stderr.includes('buildx')) return file
  }
  return undefined
}

export async function removeImages(repositories: readonly string[], signal: AbortSignal): Promise<void> {
  const filters = repositories.flatMap(repository => ['--filter', `reference=${repository}`])
  const docker = (...args: string[]) => run({ file: 'docker', args }, { signal })
  const format = '{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}'
  const { stdout } = await docker('image', 'ls', '--digests', '--format', format, ...filters)
  // By its name and not its id, which another tool's image of the same content has too.
  const names = stdout
    .split('\n')
    .flatMap(line => line.split(' ').find(name => !name.includes('<none>')) || [])
  if (names.length > 0) await docker('image', 'rm', '--force', ...new Set(names))
}
