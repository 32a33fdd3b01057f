import { cp, link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DevkError } from '../../../src/base/errors.ts'
import type { Build, Workshop } from '../build.ts'
import { source } from '../places.ts'
import { images, versions } from '../versions.ts'
import { moduleFolder } from './go.ts'
import { dockerBuild, image } from './image.ts'

const kindModule = `sigs.k8s.io/kind@${versions.kind}`
const podCommands = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubectl',
  'kindnetd',
]
const DRAFT_BASE = 'devk.local/kind-node-base:draft'
const podTargets = ['tools', 'coredns', 'kindnetd', 'pause'] as const
type PodTarget = (typeof podTargets)[number]

/** All of the node that does not wait for the long compile. */
export const nodeBase: Build = image({
  id: 'node-base',
  tags: [`devk.local/node-base:${versions.debian}`],
  needs: ['node-root'],
  from: 'node-base',
  inputs: [kindModule],
  programs: ['go'],
  async prepare(workshop) {
    const files = join(await moduleFolder(workshop, kindModule), 'images/base/files')
    await workshop.run('cp', ['-r', '--no-preserve=mode', files, join(workshop.folder, 'kind-files')])
  },
})

/** kind's own command builds the node image, out of an archive in the form of a Kubernetes release. */
export const kindNode: Build = {
  id: 'kind-node',
  title: images.kindNode,
  needs: ['kubernetes', 'etcd', 'coredns', 'kind', 'pod-root', 'node-base'],
  weight: 'cpu',
  programs: ['docker', 'go'],
  output: { kind: 'images', tags: [images.kindNode] },
  inputs: { paths: [source('images', 'pods'), source('images', 'kind-node')], values: [] },
  async make(workshop) {
    await removeDrafts(workshop)
    const archive = await releaseArchive(workshop)
    await buildBase(workshop)
    workshop.say('kind build node-image')
    const from = ['--type', 'file', '--base-image', DRAFT_BASE]
    const args = ['build', 'node-image', ...from, '--image', images.kindNode, archive]
    const env = await fittingDocker(workshop)
    await workshop.run(workshop.file('kind', 'kind'), args, { onLine: workshop.say, env })
    await removeDrafts(workshop)
  },
}

/** kind calls whichever docker comes first on PATH. */
async function fittingDocker({ folder, docker }: Workshop): Promise<Record<string, string>> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await symlink(docker, join(bin, 'docker'))
  return { PATH: `${bin}:${process.env['PATH']}` }
}

async function buildBase(workshop: Workshop): Promise<void> {
  workshop.say('the base of the node image')
  const folder = join(workshop.folder, 'base')
  await cp(source('images', 'kind-node'), folder, { recursive: true })
  await link(workshop.file('kubernetes', 'kubernetes'), join(folder, 'kubernetes'))
  // kind commits a container of this image: the labels of the base become those of the node image.
  await dockerBuild({ ...workshop, folder }, [DRAFT_BASE])
}

/** What only the making needs; a killed one left it, and a container in which kind was at work. */
async function removeDrafts({ run }: Workshop): Promise<void> {
  const abandoned = ['ps', '--all', '--quiet', '--filter', `ancestor=${DRAFT_BASE}`]
  const containers = (await run('docker', abandoned)).stdout.split('\n').filter(Boolean)
  if (containers.length > 0) await run('docker', ['rm', '--force', '--volumes', ...containers])
  await run('docker', ['image', 'rm', DRAFT_BASE, ...podTargets.map(podTag)], { accept: [1] })
}

async function releaseArchive(workshop: Workshop): Promise<string> {
  const bin = join(workshop.folder, 'release/kubernetes/server/bin')
  await mkdir(bin, { recursive: true })
  await writeFile(join(workshop.folder, 'release/kubernetes/version'), versions.kubernetes)
  for (const name of ['kubeadm', 'kubelet', 'kubectl']) {
    const script = `#!/bin/bash\nexec -a ${name} /usr/local/bin/kubernetes "$@"\n`
    await writeFile(join(bin, name), script, { mode: 0o755 })
  }
  await savePodImages(workshop, bin)
  workshop.say('packing the release archive')
  const archive = join(workshop.folder, 'server.tar.gz')
  const release = join(workshop.folder, 'release')
  await workshop.run('tar', ['-C', release, '-I', 'gzip -1', '-cf', archive, 'kubernetes'])
  await rm(release, { recursive: true })
  return archive
}

async function savePodImages(workshop: Workshop, bin: string): Promise<void> {
  workshop.say("images of Kubernetes' own pods")
  await buildPodImages(workshop)
  const names = await podImageNames(workshop)
  for (const [name, target] of names) await workshop.run('docker', ['tag', podTag(target), name])
  const pause = [...names].filter(([, target]) => target === 'pause').map(([name]) => name)
  const others = [...names.keys()].filter(name => !pause.includes(name))
  await workshop.run('docker', ['save', '--output', join(bin, 'kube-apiserver.tar'), ...others])
  // kind loads an archive for each of these commands; what is in which does not matter to it.
  for (const command of ['kube-controller-manager', 'kube-scheduler', 'kube-proxy']) {
    await workshop.run('docker', ['save', '--output', join(bin, `${command}.tar`), ...pause])
  }
  await workshop.run('docker', ['image', 'rm', ...names.keys()])
}

async function buildPodImages(workshop: Workshop): Promise<void> {
  const folder = join(workshop.folder, 'pods')
  await cp(source('images', 'pods'), folder, { recursive: true })
  await mkdir(join(folder, 'bin'))
  for (const [build, name] of [
    ['kubernetes', 'kubernetes'],
    ['kubernetes', 'pause'],
    ['kubernetes', 'local-path-provisioner'],
    ['etcd', 'etcd'],
    ['coredns', 'coredns'],
  ] as const) {
    await link(workshop.file(build, name), join(folder, 'bin', name))
  }
  for (const command of podCommands) await symlink('kubernetes', join(folder, 'bin', command))
  for (const target of podTargets) {
    await dockerBuild({ ...workshop, folder }, [podTag(target)], ['--target', target])
  }
}

/** Every image that a cluster's own pods name, and what stands for it: the tags are only names. */
async function podImageNames(workshop: Workshop): Promise<Map<string, PodTarget>> {
  const kubeadm = join(workshop.folder, 'kubeadm')
  await symlink(workshop.file('kubernetes', 'kubernetes'), kubeadm)
  const list = ['config', 'images', 'list', '--kubernetes-version', versions.kubernetes]
  const { stdout } = await workshop.run(kubeadm, list)
  const names = new Map<string, PodTarget>(stdout.split('\n').map(name => [name, targetOf(name)]))
  const folder = join(await moduleFolder(workshop, kindModule), 'pkg/build/nodeimage')
  names.set(await imageNamed('kindnetd', join(folder, 'const_cni.go')), 'kindnetd')
  for (const name of ['local-path-provisioner', 'local-path-helper']) {
    names.set(await imageNamed(name, join(folder, 'const_storage.go')), 'tools')
  }
  return names
}

function targetOf(name: string): PodTarget {
  if (name.includes('/coredns')) return 'coredns'
  return name.includes('/pause') ? 'pause' : 'tools'
}

async function imageNamed(name: string, file: string): Promise<string> {
  const found = new RegExp(`[\\w./-]*kindest/${name}:[^"\\s]+`).exec(await readFile(file, 'utf8'))
  if (found) return found[0]
  throw new DevkError({
    code: 'KIND_CHANGED',
    message: `kind's source no longer names an image ${name}.`,
    detail: file,
  })
}

const podTag = (target: PodTarget): string => `devk.local/pods-${target}:draft`
