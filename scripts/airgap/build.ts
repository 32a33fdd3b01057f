import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Ran, RunOptions } from '../../src/exec/run.ts'
import type { Weight } from '../provision/steps.ts'

/** Something made here because it cannot be fetched: a folder of files, or images. */
export interface Build {
  id: string
  title: string
  /** The builds whose output this one is made of. */
  needs: readonly string[]
  weight: Weight
  /** What has to be on the machine for it. */
  programs: readonly Program[]
  output: { kind: 'folder' } | { kind: 'images'; tags: readonly string[] }
  /** With the inputs of its needs, all that makes the output what it is. */
  inputs: { paths: readonly string[]; values: readonly string[] }
  make(workshop: Workshop): Promise<void>
}

export type Program = 'go' | 'mmdebstrap' | 'npm' | 'docker'

/** What a build works with. Every process that it starts ends when set-up is interrupted. */
export interface Workshop {
  /** An empty folder; what a folder build leaves in it is its output. */
  folder: string
  /** For `docker build`: the labels that say whose an image is and what it was made of. */
  labels: Readonly<Record<string, string>>
  /** `docker` is the client that fits the engine, wherever it is on PATH. */
  run(file: string, args: readonly string[], options?: WorkshopRun): Promise<Ran>
  docker: string
  /** A file in the output of a build that this one needs. */
  file(build: string, name: string): string
  say(detail: string): void
}

export interface WorkshopRun extends Pick<RunOptions, 'accept' | 'onLine'> {
  cwd?: string
  env?: Readonly<Record<string, string>>
}

export const INPUTS_LABEL = 'devk.inputs'
export const AIRGAP_LABEL = 'devk.airgap'

/** The hash of each build's inputs, those of what it is built on included. */
export async function hashInputs(builds: readonly Build[]): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>()
  for (const build of builds) {
    const hash = createHash('sha256')
    for (const value of [build.id, process.arch, ...build.inputs.values]) hash.update(`${value}\0`)
    for (const path of build.inputs.paths) await addPath(hash, path)
    for (const need of build.needs) hash.update(`${need} ${required(hashes, need)}\0`)
    hashes.set(build.id, hash.digest('hex').slice(0, 16))
  }
  return hashes
}

/** The targets that are not there, with all that is not there of what they are built on, in the order of the list. */
export function missingBuilds(
  builds: readonly Build[],
  targets: readonly string[],
  isThere: (build: Build) => boolean,
): Build[] {
  const byId = new Map(builds.map(build => [build.id, build]))
  const missing = new Set<Build>()
  const visit = (id: string): void => {
    const build = required(byId, id)
    if (missing.has(build) || isThere(build)) return
    missing.add(build)
    build.needs.forEach(visit)
  }
  targets.forEach(visit)
  return builds.filter(build => missing.has(build))
}

async function addPath(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  for (const file of await filesIn(path)) {
    const executable = ((await stat(file)).mode & 0o100) !== 0
    hash.update(`${relative(path, file)} ${executable}\0`).update(await readFile(file))
  }
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}

export function required<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key)
  if (value === undefined) throw new Error(`nothing is called ${String(key)}`)
  return value
}
