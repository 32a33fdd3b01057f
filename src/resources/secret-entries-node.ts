import { relative } from 'node:path'
import type { Node } from '../engine/node.ts'
import type { SecretSpec } from '../model/secrets.ts'
import { fileHash } from './deploy-hashes.ts'
import { type SecretEntriesOutput, secretEntriesId } from './outputs.ts'
import type { RunContext } from './run-context.ts'

/** Which entries a Secret will have: its file is decrypted and verified before anything is made of it. */
export function secretEntriesNode({ project, secrets }: RunContext, spec: SecretSpec): Node {
  const file = relative(project.folder, spec.file)
  return {
    id: secretEntriesId(spec.name),
    title: `decrypting ${spec.name}`,
    needs: [],
    async fingerprint() {
      return { [file]: await fileHash(spec.file), 'what is taken of it': JSON.stringify({ ...spec, file }) }
    },
    async apply(_, signal) {
      const entries = await secrets.entries(spec, signal)
      return { entries: [...entries.keys()] } satisfies SecretEntriesOutput
    },
  }
}
