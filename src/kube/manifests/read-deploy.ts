import { DevkError } from '../../base/errors.ts'
import type { DeploySpec } from '../../model/project.ts'
import { type KubeObject, keyOf, nameOf, titleOf } from '../object.ts'
import { readHelm } from './helm.ts'
import { readKustomization } from './kustomize.ts'
import { readManifestFiles } from './manifest-files.ts'
import { lookAt } from './manifest-path.ts'
import { originOf } from './origin.ts'
import type { ReadContext } from './read-context.ts'

/**
 * The objects that a deploy names, in the order in which they are written.
 * Throws MANIFEST_MISSING, MANIFEST_INVALID, MANIFEST_DUPLICATE, KUSTOMIZE_FAILED or HELM_FAILED; reads, and changes
 * nothing.
 */
export async function readDeploy(deploy: DeploySpec, context: ReadContext): Promise<KubeObject[]> {
  const objects = await read(deploy, context)
  refuseDuplicates(objects)
  return objects
}

async function read(deploy: DeploySpec, context: ReadContext): Promise<KubeObject[]> {
  if (deploy.kind === 'helm') return await readHelm(deploy, context)
  const path = await lookAt(deploy.path)
  if (path.is === 'kustomization') return await readKustomization(path, context)
  return await readManifestFiles(deploy.path, path.files)
}

/** Two manifests of one object: the one that is applied last would win, in silence. Throws MANIFEST_DUPLICATE. */
export function refuseDuplicates(objects: readonly KubeObject[]): void {
  const seen = new Map<string, KubeObject>()
  for (const object of objects) {
    const key = keyOf(nameOf(object))
    const before = seen.get(key)
    if (before) throw duplicate(before, object)
    seen.set(key, object)
  }
}

function duplicate(first: KubeObject, second: KubeObject): DevkError {
  const places = [first, second].map(object => originOf(object) ?? 'a manifest')
  return new DevkError({
    code: 'MANIFEST_DUPLICATE',
    message: `${titleOf(nameOf(first))} is there twice: in ${places.join(' and in ')}. Nothing was applied.`,
    hint: 'Remove one of the two, or give them different names or namespaces.',
  })
}
