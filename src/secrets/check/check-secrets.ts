import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { toDevkError } from '../../base/errors.ts'
import { PROJECT_FILE } from '../../base/find-project.ts'
import type { CheckedSecrets } from '../../model/secrets.ts'
import { type CreationRules, creationRules, SOPS_CONFIG } from '../creation-rules.ts'
import { formatOf, type SopsFormat, type TreeMap } from '../document.ts'
import { encryptedValues } from '../encrypted-values.ts'
import { plaintextFile } from '../faults.ts'
import { parse } from '../formats/parse.ts'
import { openIdentities } from '../identities/identities.ts'
import { mapLeaves } from '../map-leaves.ts'
import { withoutOwnPart } from '../metadata.ts'
import { readWhole } from '../read-sops.ts'
import type { Rule } from '../rules.ts'
import { parseSealed } from '../values/cipher.ts'
import { filesBelow } from './files-below.ts'
import { looksEncrypted } from './looks-encrypted.ts'
import { seenElsewhere } from './seen-elsewhere.ts'
import { shortValues } from './short-values.ts'

export interface CheckOptions {
  env: NodeJS.Dict<string>
  /** Where the user stands. */
  standing: string
  signal: AbortSignal
}

/**
 * Whether every SOPS file below a folder decrypts and is as it was written, and whether anything is plaintext that a
 * .sops.yaml says is encrypted, or, in what git tracks, is a value of theirs or a key to them. Only names and faults are
 * told.
 */
export async function checkSecrets(
  folder: string,
  { env, standing, signal }: CheckOptions,
): Promise<CheckedSecrets[]> {
  const identities = await openIdentities(env, standing)
  const rules = creationRules()
  const elsewhere = seenElsewhere()
  const { names, tracked } = await filesBelow(folder, signal)
  const checked = new Map<string, CheckedSecrets>()
  const each = async (files: readonly string[], look: (file: string, bytes: Buffer) => Promise<void>) => {
    for (const file of files) {
      signal.throwIfAborted()
      try {
        // At once: a file takes longer to be waited for than to be read.
        await look(file, readFileSync(join(folder, file)))
      } catch (error) {
        signal.throwIfAborted()
        checked.set(file, { file, fault: toDevkError(error).toJSON() })
      }
    }
  }
  await each(
    names.filter(file => !NEVER_SECRET.includes(basename(file))),
    async (file, bytes) => {
      const format = formatOf(file)
      const encrypted = looksEncrypted(bytes, format)
      const read = encrypted ? await readWhole(bytes, format, { file, identities, signal }) : undefined
      const values = read ? encryptedValues(read.document) : []
      const isNamed = await refusePlaintext(bytes, { folder, file, format, encrypted, rules })
      if (read)
        elsewhere.add(
          file,
          values,
          read.metadata.age.map(({ recipient }) => recipient),
        )
      const short = shortValues(values)
      if (encrypted || isNamed) checked.set(file, { file, ...(short.length > 0 && { short }) })
    },
  )
  if (tracked && !elsewhere.isEmpty)
    await each(
      names.filter(file => !checked.has(file)),
      elsewhere.refuse,
    )
  return [...checked.values()].toSorted((one, other) => (one.file < other.file ? -1 : 1))
}

/** What rules are in, and what devk itself reads as it is. */
const NEVER_SECRET = [SOPS_CONFIG, '.gitignore', PROJECT_FILE]

interface Looked {
  folder: string
  file: string
  format: SopsFormat
  encrypted: boolean
  rules: CreationRules
}

/** Whether a rule names the file at all. */
async function refusePlaintext(bytes: Buffer, looked: Looked): Promise<boolean> {
  const { folder, file, format, encrypted, rules } = looked
  const found = await rules(join(folder, file))
  if (!found?.hasPath) return false
  const paths =
    format === 'binary' ? (encrypted ? [] : [[]]) : plaintextAt(contents(bytes, looked), found.rule)
  if (paths.length > 0) throw plaintextFile(file, paths)
  return true
}

function contents(bytes: Buffer, { file, format, encrypted }: Looked): TreeMap[] {
  const parts = parse(bytes, format, file)
  return encrypted ? withoutOwnPart(parts, format) : parts
}

function plaintextAt(parts: readonly TreeMap[], rule: Rule): string[][] {
  const found: string[][] = []
  mapLeaves(parts, (leaf, place) => {
    const says = leaf.kind === 'scalar' && leaf.type !== 'null' && leaf.bytes.length > 0
    if (says && rule(place) && parseSealed(leaf.bytes) === 'plain') found.push([...place.path])
    return leaf
  })
  return found
}
