import type { KeyOptions } from './data-key.ts'
import type { SopsDocument, SopsFormat, TreeComment, TreeMap, TreeScalar } from './document.ts'
import { macMismatch, malformed, tamperedValue, unopenedBySops } from './faults.ts'
import { parsePlain } from './formats/parse.ts'
import { mapLeaves } from './map-leaves.ts'
import { printed } from './printed.ts'
import { runSops, typeFlags } from './run-sops.ts'

/** Has sops itself decrypt and verify what devk has no key for. The plaintext comes by a pipe and stays in memory. */
export async function decryptBySops(
  text: Buffer,
  format: SopsFormat,
  { file, why, identities, signal }: KeyOptions & { why: string },
): Promise<SopsDocument['parts']> {
  // The ciphertext goes in by stdin, so that it is what was looked at here; the name is for messages alone.
  const args = ['decrypt', ...typeFlags(format), '--filename-override', file]
  const { env, folder } = identities
  const asked = { file, why, env, input: text, cwd: folder, signal }
  const { exitCode, stdout, stderr } = await runSops(args, asked)
  switch (exitCode) {
    case 0:
      return readPlain(stdout, format, file)
    case MAC_MISMATCH:
      throw macMismatch(file)
    case BROKEN_TREE:
      throw tamperedValue(file)
    case NO_KEY:
      throw unopenedBySops(file, why, stderr)
    default:
      // What it wrote may quote a value.
      throw malformed(file, `sops, which it was left to (${why}), ended with code ${exitCode}`)
  }
}

const [BROKEN_TREE, MAC_MISMATCH, NO_KEY] = [25, 51, 128]

function readPlain(text: Buffer, format: SopsFormat, file: string): TreeMap[] {
  const print = (leaf: TreeScalar | TreeComment) => (leaf.kind === 'comment' ? leaf : printed(leaf, format))
  return mapLeaves(parsePlain(text, format, file), print)
}
