import { basename } from 'node:path'
import type { SecretEntries, SecretSpec } from '../model/secrets.ts'
import {
  bytesOf,
  entriesOf,
  type SopsDocument,
  type SopsFormat,
  type TreeMap,
  type TreeNode,
  valueAt,
} from './document.ts'
import { unfit } from './faults.ts'
import { manifestEntries, manifestNames } from './manifest-entries.ts'
import { print } from './print/print.ts'
import { checkType, DOCKER_CONFIG, DOCKER_ENTRY } from './secret-types.ts'
import { find } from './value-path.ts'

type Taking = Pick<SecretSpec, 'name' | 'key' | 'entry' | 'manifest' | 'type'> & {
  /** As messages name it. */
  file: string
}

/** More is no Secret to Kubernetes. */
const MOST_BYTES = 1024 * 1024

/** What a Secret holds, by what the project takes of a file. Throws SECRETS_UNFIT with paths, and never a value. */
export function secretEntries(document: SopsDocument, taking: Taking): SecretEntries {
  const entries = taken(document, taking)
  for (const name of entries.keys()) {
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(name))
      throw unfit(
        taking,
        `${JSON.stringify(name)} can't be an entry's name: letters, digits, dashes, dots and underscores can`,
      )
  }
  const bytes = [...entries.values()].reduce((sum, value) => sum + value.length, 0)
  if (bytes > MOST_BYTES) throw unfit(taking, `it has ${bytes} bytes, and a Secret holds ${MOST_BYTES}`)
  checkType(entries, taking)
  return entries
}

/** Of what is encrypted as well as of what isn't: the names of entries are no secret. Throws SECRETS_UNFIT. */
export function entryNames(document: Contents, taking: Taking): string[] {
  const [root] = document.parts
  return taking.manifest && root ? manifestNames(root) : [...taken(document, taking).keys()]
}

type Contents = Pick<SopsDocument, 'format' | 'parts'>

function taken({ format, parts }: Contents, taking: Taking): Map<string, Buffer> {
  const { file, key, entry, manifest } = taking
  const [root, ...more] = parts
  if (!root || more.length > 0) throw unfit(taking, `it has ${parts.length} documents, and one is taken`)
  if (manifest) return manifestEntries(root, taking)
  const found = key === undefined ? root : find(root, key)?.node
  if (!found) throw unfit(taking, `there is no ${key} in it`)
  if (format === 'binary') return new Map([[entry ?? ownName(file), bytesOf(valueAt(root, 'data'))]])
  const single = entry ?? oneEntry(found, taking)
  if (single !== undefined) return new Map([[single, wholeOf(found, { ...taking, format, single })]])
  return new Map(
    entriesOf(found as TreeMap).map(({ key: name, value }) => {
      if (value.kind === 'scalar') return [name, bytesOf(value)]
      const path = key === undefined ? name : `${key}.${name}`
      throw unfit(taking, `${path} is a ${value.kind} and no value: take it by key: ${path}`)
    }),
  )
}

/** The name of what is one entry by its nature. */
function oneEntry(found: TreeNode, { key, type }: Taking): string | undefined {
  if (type === DOCKER_CONFIG && !(found.kind === 'map' && valueAt(found, DOCKER_ENTRY))) return DOCKER_ENTRY
  return found.kind === 'map' ? undefined : key?.slice(key.lastIndexOf('.') + 1)
}

/** A value as it is; a mapping as a file of its own, of the kind that it was in. */
function wholeOf(node: TreeNode, taking: Taking & { format: SopsFormat; single: string }): Buffer {
  const { type, format, single, file } = taking
  if (node.kind === 'scalar') return bytesOf(node)
  if (node.kind === 'map') return print([node], type === DOCKER_CONFIG ? 'json' : format, { file })
  throw unfit(taking, `what is taken for ${single} is a list, and neither a value nor a mapping`)
}

/** `keystore.jks` of `secrets/keystore.enc.jks`. */
function ownName(file: string): string {
  return basename(file).replace(/\.(enc|encrypted|sops)(?=\.|$)/, '')
}
