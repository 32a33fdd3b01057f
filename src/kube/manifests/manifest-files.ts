import { readFile } from 'node:fs/promises'
import { DevkError } from '../../base/errors.ts'
import type { KubeObject } from '../object.ts'
import { parseManifests } from './parse-manifests.ts'

/** The objects of files, in the files' order. Throws MANIFEST_INVALID, also where there is no object at all. */
export async function readManifestFiles(named: string, files: readonly string[]): Promise<KubeObject[]> {
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8')))
  const objects = texts.flatMap((text, index) => parseManifests(text, { name: files[index] ?? named }))
  if (objects.length > 0) return objects
  throw new DevkError({
    code: 'MANIFEST_INVALID',
    message: `There is no Kubernetes object in ${named}: only comments, or nothing.`,
    hint: 'Write the manifest, or correct deploy in the project file.',
  })
}
