import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { DeploySpec } from '../../model/project.ts'
import { kustomizationIn, lookAt, mustBeThere } from './manifest-path.ts'
import { parseYaml } from './yaml.ts'

/**
 * The files whose contents decide what a deploy is, sorted; a caller hashes them. Rather a file too many than one too
 * few: a kustomization's are all below its folder, and all below each folder or file outside that it names. What an
 * address names is not among them. Throws MANIFEST_MISSING where what the deploy itself names is not there.
 */
export async function deployInputs(deploy: DeploySpec): Promise<string[]> {
  if (deploy.kind === 'helm') {
    const chart = isAddress(deploy.chart) ? [] : [deploy.chart]
    await Promise.all([...chart, ...deploy.values].map(mustBeThere))
    return unique([...(await Promise.all(chart.map(path => filesAt(path)))).flat(), ...deploy.values])
  }
  const path = await lookAt(deploy.path)
  if (path.is === 'files') return path.files.toSorted()
  return unique(await kustomizationFiles(path.folder))
}

function isAddress(chart: string): boolean {
  return /^[a-z]+:\/\//.test(chart)
}

async function kustomizationFiles(folder: string): Promise<string[]> {
  const files = new Set<string>()
  const looked = new Set<string>()
  const look = async (path: string): Promise<void> => {
    if ([...looked].some(seen => isWithin(path, seen))) return
    looked.add(path)
    const found = await filesAt(path)
    for (const file of found) files.add(file)
    const named = await Promise.all(found.filter(isKustomization).map(namedOutside))
    for (const other of named.flat()) await look(other)
  }
  await look(folder)
  return [...files]
}

function isKustomization(file: string): boolean {
  return /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(file)
}

/** Every text in a kustomization that names something which is there, outside of its own folder. */
async function namedOutside(file: string): Promise<string[]> {
  const folder = dirname(file)
  const { documents } = parseYaml(await readFile(file, 'utf8'))
  const candidates = documents
    .flatMap(({ value }) => texts(value))
    // `name=path` of a ConfigMap's generator.
    .flatMap(text => [text, text.slice(text.indexOf('=') + 1)])
    .filter(text => text.startsWith('..') || isAbsolute(text))
    .map(text => resolve(folder, text))
    .filter(path => !isWithin(path, folder))
  const meant = await Promise.all(candidates.map(path => isMeant(path, folder)))
  return candidates.filter((_, index) => meant[index])
}

/** A text like `..` may be anything: what encloses the folder counts only where it is a kustomization itself. */
async function isMeant(path: string, folder: string): Promise<boolean> {
  if (isWithin(folder, path)) return (await kustomizationIn(path)) !== undefined
  return (await stat(path).catch(() => undefined)) !== undefined
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('\n') || value.length > 1_000 ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(texts)
}

/** The file itself, or all files below the folder, through links too; of what is not there, nothing. */
async function filesAt(path: string, seen = new Set<string>()): Promise<string[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return []
  if (!found.isDirectory()) return found.isFile() ? [path] : []
  const real = await realpath(path)
  if (seen.has(real)) return []
  seen.add(real)
  const entries = await readdir(path)
  const inside = entries.filter(name => name !== '.git').map(name => filesAt(join(path, name), seen))
  return (await Promise.all(inside)).flat()
}

function isWithin(path: string, folder: string): boolean {
  const from = relative(folder, path)
  return from === '' || (!from.startsWith('..') && !isAbsolute(from))
}

function unique(files: readonly string[]): string[] {
  return [...new Set(files)].toSorted()
}
