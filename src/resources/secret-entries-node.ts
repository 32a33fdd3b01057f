import type { Node } from '../engine/node.ts'
import type { SecretSpec } from '../model/secrets.ts'
import { secretHashes } from './deploy-hashes.ts'
import { type SecretEntriesOutput, secretEntriesId } from './outputs.ts'
import type { RunContext } from './run-context.ts'

/** Which entries a Secret will have: its file is decrypted and verified before anything is made of it. */
export function secretEntriesNode({ project, secrets }: RunContext, spec: SecretSpec): Node {
  return {
    id: secretEntriesId(spec.name),
    title: `decrypting ${spec.name}`,
    needs: [],
    fingerprint: () => secretHashes(project, spec),
    async apply(_, signal) {
      const entries = await secrets.entries(spec, signal)
      return { entries: [...entries.keys()] } satisfies SecretEntriesOutput
    },
  }
}
