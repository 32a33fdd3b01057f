import { readFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { paths } from '../../src/base/paths.ts'
import type { Run } from '../../src/exec/run.ts'
import { type Build, hashInputs } from '../airgap/build.ts'
import { catalogue } from '../airgap/builds/catalogue.ts'
import { type FolderStore, type FoundImage, findImages, folderStore } from '../airgap/store.ts'
import { isOffered } from './download.ts'
import { downloadFor, platformOf } from './downloads.ts'
import { defaultRuntime, type EngineFacts, inspectEngine } from './engine.ts'
import { type InotifyLimit, lacksSysResource, lowInotifyLimits } from './kernel.ts'
import { type Reachability, readMachine } from './machine.ts'
import type { Goal } from './options.ts'
import { imagesToPull, listedName } from './pinned-images.ts'
import { findProgram } from './programs.ts'
import { probeRegistry } from './registry-probe.ts'
import type { Tool, Version } from './tool-versions.ts'
import { findTools, type ToolFacts } from './tools.ts'

/** All that the plan is made from. */
export interface Facts {
  os: string
  root: boolean
  debian: boolean
  engine: EngineFacts
  /** Privileged containers, as every node is one, do not start as the engine runs or would run. */
  needsRuntime: boolean
  lowInotify: Partial<Record<InotifyLimit, number>>
  tools: readonly ToolFacts[]
  /** The tools whose publisher answered just now. */
  offered: ReadonlySet<Tool>
  registries: { state: Reachability; decidedAt: string; remembered: boolean }
  programs: { go?: Version; mmdebstrap: boolean; npm: boolean; lackForTests: readonly string[] }
  images: ReadonlyMap<string, FoundImage>
  /** The hash of each build's inputs as they are now. */
  hashes: ReadonlyMap<string, string>
  folders: ReadonlySet<string>
}

const PROBE_MS = 3_000

export const goalTools: Readonly<Record<Goal, readonly Tool[]>> = {
  cluster: ['kind', 'kubectl'],
  start: ['kind', 'kubectl'],
  test: ['kind', 'kubectl', 'k3d', 'helm', 'sops'],
}

export const airgapStore = (): FolderStore => folderStore(join(paths().cache, 'airgap'))

export async function gatherFacts(
  { goal, recheck }: { goal: Goal; recheck: boolean },
  run: Run,
  signal: AbortSignal,
): Promise<Facts> {
  const [engine, lacking, lowInotify, tools, registries, hashes, debian] = await Promise.all([
    inspectEngine(run, signal),
    lacksSysResource(),
    lowInotifyLimits(),
    findTools(goalTools[goal], run, signal),
    decideRegistries(recheck, signal),
    hashInputs(catalogue),
    isDebian(),
  ])
  const [images, folders, offered, programs, needsRuntime] = await Promise.all([
    imagesHere(engine, goal, run, signal),
    foldersHere(hashes),
    offeredTools(tools, signal),
    findBuildPrograms(run, signal),
    lacking ? startsNothingPrivileged(engine, run, signal) : false,
  ])
  return {
    os: platform(),
    root: process.getuid?.() === 0,
    ...{
      debian,
      engine,
      needsRuntime,
      lowInotify,
      tools,
      offered,
      registries,
      programs,
      images,
      hashes,
      folders,
    },
  }
}

/** Whether a build's output is there. An image of that name that was not built here is as good, and is never replaced. */
export function isBuilt(build: Build, { images, hashes, folders }: Facts): boolean {
  if (build.output.kind === 'folder') return folders.has(build.id)
  return build.output.tags.every(tag => {
    const image = images.get(tag)
    return image !== undefined && (image.inputs === undefined || image.inputs === hashes.get(build.id))
  })
}

async function decideRegistries(recheck: boolean, signal: AbortSignal): Promise<Facts['registries']> {
  const machine = recheck ? undefined : await readMachine()
  if (machine) return { state: machine.registries, decidedAt: machine.decidedAt, remembered: true }
  const state = await probeRegistry(signal, { boundMs: PROBE_MS })
  return { state, decidedAt: new Date().toISOString(), remembered: false }
}

async function imagesHere({ docker, server }: EngineFacts, goal: Goal, run: Run, signal: AbortSignal) {
  if (!docker || !server) return new Map<string, FoundImage>()
  const built = catalogue.flatMap(build => (build.output.kind === 'images' ? build.output.tags : []))
  const names = new Set([...built, ...imagesToPull(goal).map(listedName)])
  return findImages(run, docker, [...names], signal)
}

async function foldersHere(hashes: ReadonlyMap<string, string>): Promise<Set<string>> {
  const store = airgapStore()
  const here = await Promise.all([...hashes].map(([build, hash]) => store.has(build, hash)))
  return new Set([...hashes.keys()].filter((_, index) => here[index]))
}

async function offeredTools(tools: readonly ToolFacts[], signal: AbortSignal): Promise<Set<Tool>> {
  const missing = tools.filter(({ use }) => !use).map(({ tool }) => tool)
  const answers = await Promise.all(
    missing.map(async tool => {
      const offer = downloadFor(tool, platformOf(platform(), arch()))
      return offer ? isOffered(offer, PROBE_MS, signal) : false
    }),
  )
  return new Set(missing.filter((_, index) => answers[index]))
}

/**
 * What the tests use, by the package that brings it: they look at the example's page as a person does, try with the tools of
 * small nodes what they do in those, and make keys and repositories.
 */
const testPrograms: Readonly<Record<string, string>> = {
  chromium: 'chromium',
  busybox: 'busybox-static',
  'ssh-keygen': 'openssh-client',
  git: 'git',
}

async function packagesLacking(): Promise<string[]> {
  const found = await Promise.all(Object.keys(testPrograms).map(name => findProgram(name)))
  return Object.values(testPrograms).filter((_, index) => found[index] === undefined)
}

async function findBuildPrograms(run: Run, signal: AbortSignal): Promise<Facts['programs']> {
  const [go, mmdebstrap, npm, lackForTests] = await Promise.all([
    findProgram('go', ['/usr/local/go/bin']),
    findProgram('mmdebstrap'),
    findProgram('npm'),
    packagesLacking(),
  ])
  const version = go && readGoVersion((await run({ file: go, args: ['version'] }, { signal })).stdout)
  return {
    mmdebstrap: mmdebstrap !== undefined,
    npm: npm !== undefined,
    lackForTests,
    ...(version && { go: version }),
  }
}

/** A first release names no patch version: `go1.24`. */
export function readGoVersion(output: string): Version | undefined {
  const found = /\bgo(\d+)\.(\d+)(?:\.(\d+))?/.exec(output)
  return found
    ? { major: Number(found[1]), minor: Number(found[2]), patch: Number(found[3] ?? 0) }
    : undefined
}

async function startsNothingPrivileged({ docker, server }: EngineFacts, run: Run, signal: AbortSignal) {
  return docker && server ? (await defaultRuntime(run, docker, signal)) === 'runc' : true
}

async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release)
}
