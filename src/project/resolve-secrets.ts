import { resolve } from 'node:path'
import type { SecretSpec } from '../model/secrets.ts'
import type { Blame } from './faults.ts'
import { kindOf } from './kind-of.ts'
import type { SecretInput } from './schema.ts'

/** Which Secrets are made of which files: each is there, and no two are the same Secret. */
export async function resolveSecrets(
  inputs: readonly SecretInput[],
  { folder, namespace }: { folder: string; namespace: string },
  blame: Blame,
): Promise<SecretSpec[]> {
  const taken = new Map<string, number>()
  return await Promise.all(
    inputs.map(async (input, index) => {
      const { name, file, key, manifest, remote, namespaces = [namespace] } = input
      const at = ['secrets', index]
      const path = resolve(folder, file)
      const type = SHORT_TYPES[input.type] ?? input.type
      for (const each of new Set(namespaces)) {
        const other = taken.get(`${each}/${name}`)
        if (other !== undefined) blame([...at, 'name'], `is the Secret of secrets.${other} as well`, name)
        taken.set(`${each}/${name}`, index)
      }
      if (manifest && (key ?? input.entry) !== undefined)
        blame([...at, 'manifest'], 'goes with neither key nor entry: a manifest says what its entries are')
      if ((await kindOf(path)) !== 'file') blame([...at, 'file'], 'is no file', file)
      return {
        name,
        file: path,
        key,
        entry: input.entry,
        manifest,
        type,
        namespaces: [...new Set(namespaces)],
        remote,
      }
    }),
  )
}

const SHORT_TYPES: Record<string, string> = {
  tls: 'kubernetes.io/tls',
  dockerconfigjson: 'kubernetes.io/dockerconfigjson',
  'basic-auth': 'kubernetes.io/basic-auth',
  'ssh-auth': 'kubernetes.io/ssh-auth',
}
