import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DevkError, errorCode } from '../../base/errors.ts'

export type ManifestPath =
  | { is: 'files'; files: string[] }
  | { is: 'kustomization'; folder: string; file: string }

const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** What stands at a path that a deploy names. Throws MANIFEST_MISSING. */
export async function lookAt(path: string): Promise<ManifestPath> {
  if (!(await mustBeThere(path)).isDirectory()) {
    const folder = join(path, '..')
    return KUSTOMIZATIONS.includes(basename(path))
      ? { is: 'kustomization', folder, file: path }
      : { is: 'files', files: [path] }
  }
  const entries = await readdir(path, { withFileTypes: true })
  const kustomization = await kustomizationIn(path)
  if (kustomization) return { is: 'kustomization', folder: path, file: kustomization }
  const files = entries
    .filter(entry => !entry.isDirectory() && /\.(ya?ml|json)$/.test(entry.name))
    .map(entry => join(path, entry.name))
    .toSorted()
  if (files.length > 0) return { is: 'files', files }
  const folders = entries.filter(entry => entry.isDirectory()).map(entry => `${entry.name}/`)
  throw new DevkError({
    code: 'MANIFEST_MISSING',
    message: `The folder ${path} holds no manifest: no .yaml, .yml or .json file, and no kustomization.`,
    hint:
      folders.length > 0
        ? `Folders inside are not looked into: name the one that is meant (${folders.join(', ')}).`
        : 'Put the manifests there, or correct deploy in the project file.',
  })
}

export async function kustomizationIn(folder: string): Promise<string | undefined> {
  for (const name of KUSTOMIZATIONS) {
    const file = join(folder, name)
    const found = await stat(file).catch(() => undefined)
    if (found?.isFile()) return file
  }
  return undefined
}

/** Throws MANIFEST_MISSING. */
export async function mustBeThere(path: string): Promise<Stats> {
  try {
    return await stat(path)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error
    throw new DevkError({
      code: 'MANIFEST_MISSING',
      message: `There is nothing at ${path}, which deploy names.`,
      hint: 'Correct deploy in the project file, or make the manifest.',
    })
  }
}
