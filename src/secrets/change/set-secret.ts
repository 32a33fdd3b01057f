import { DevkError } from '../../base/errors.ts'
import type { SetSecret } from '../../model/secrets.ts'
import { comment, type SopsFormat, scalar, type TreeMap } from '../document.ts'
import { parse } from '../formats/parse.ts'
import { mapLeaves } from '../map-leaves.ts'
import { parseSops } from '../metadata.ts'
import { type RuleFields, ruleOf } from '../rules.ts'
import { shownPath, sopsPath, type ValuePath, valuePath } from '../value-path.ts'
import { parseSealed } from '../values/cipher.ts'
import { setBySops } from './by-sops.ts'
import { newFileText, ruleForNew } from './new-file.ts'
import { openSecretFile, readSecretFile, type SecretFile, saveSecretFile } from './secret-file.ts'
import { valueAtPath, withValue } from './set-value.ts'
import { asJson, typedValue, type ValueType } from './typed-value.ts'

export interface SetOptions {
  file: string
  /** What names the value; a binary file has one alone. */
  key: string | undefined
  value: Buffer
  type: ValueType | undefined
  /** It may stand there for all to read, where the file's rule says so. */
  mayBePlain: boolean
  /** Where the user stands. */
  folder: string
  env: NodeJS.Dict<string>
  signal: AbortSignal
}

/** Sets one value of a SOPS file, or makes the file where a .sops.yaml says for whom. All else in it stays as it is. */
export async function setSecret(options: SetOptions): Promise<SetSecret> {
  const secretFile = await readSecretFile(options.file, options.folder)
  const { bytes } = secretFile
  return bytes ? await change({ ...secretFile, bytes }, options) : await create(secretFile, options)
}

async function change(secretFile: SecretFile & { bytes: Buffer }, options: SetOptions): Promise<SetSecret> {
  const { file, format } = secretFile
  const opened = await openSecretFile(secretFile, options)
  const { parts, rules } = 'sopsOnly' in opened ? readSealed(secretFile) : opened
  const path = pathFor(options, parts, format)
  const first = parts[0] ?? EMPTY
  const known = valueAtPath(first, path, file)
  const now = 'sopsOnly' in opened ? undefined : known
  const value = typedValue(options.value, { type: options.type, now, format })
  const answer = { file, path: shownPath(path) }
  if (now && now.type === value.type && now.bytes.equals(value.bytes))
    return { ...answer, outcome: 'unchanged' }
  const changed = [withValue(first, path, value), ...parts.slice(1)]
  refusePlain(changed, path, { file, rules, mayBePlain: options.mayBePlain })
  const { env, signal } = options
  const text =
    'sopsOnly' in opened
      ? await setBySops(secretFile, sopsPath(path, parts), asJson(value), {
          env,
          signal,
          why: opened.sopsOnly,
        })
      : opened.rewritten(changed)
  await saveSecretFile(secretFile, text)
  return { ...answer, outcome: known ? 'changed' : 'added' }
}

/** What is known of a file that devk can't decrypt: its keys are not encrypted. */
function readSealed({ bytes, format, file }: SecretFile & { bytes: Buffer }) {
  const { parts, metadata } = parseSops(bytes, format, file)
  // An encrypted comment in a list looks like an item of it.
  const withComments = mapLeaves(parts, leaf => {
    const sealed = parseSealed(leaf.bytes)
    return typeof sealed === 'object' && sealed.type === 'comment' ? comment(leaf.bytes) : leaf
  })
  return { parts: withComments, rules: metadata.rules }
}

async function create(secretFile: SecretFile, options: SetOptions): Promise<SetSecret> {
  const { file, format } = secretFile
  const rule = await ruleForNew(secretFile)
  // There is always a section for what stands in none.
  const start = format === 'ini' ? (parse(Buffer.alloc(0), format, file)[0] ?? EMPTY) : EMPTY
  const path = pathFor(options, [start], format)
  if (format === 'ini' && path.length < 2) {
    throw new DevkError({
      code: 'USAGE',
      message: `${options.key} names no section of ${file}.`,
      hint: 'Values of ini files stand in sections: write section.key.',
    })
  }
  const value = typedValue(options.value, { type: options.type, now: undefined, format })
  const parts = [withValue(start, path, value)]
  refusePlain(parts, path, { file, rules: rule.fields, mayBePlain: options.mayBePlain })
  await saveSecretFile(secretFile, await newFileText(parts, secretFile, rule, options))
  return { file, path: shownPath(path), outcome: 'created' }
}

const EMPTY: TreeMap = { kind: 'map', entries: [] }

function pathFor({ file, key }: SetOptions, parts: readonly TreeMap[], format: SopsFormat): ValuePath {
  if (format === 'binary' && (key === undefined || key === 'data')) return ['data']
  if (format === 'binary' || key === undefined) {
    throw new DevkError({
      code: 'USAGE',
      message:
        key === undefined
          ? `What is to be set in ${file} is not said.`
          : `${file} has no keys: all of it is one value.`,
      hint: key === undefined ? `Write devk secrets set ${file} KEY.` : `Write devk secrets set ${file}.`,
    })
  }
  return valuePath(key, parts, format)
}

/** A value that was meant to be secret must not be readable by the mere name of its key. */
function refusePlain(
  parts: readonly TreeMap[],
  path: Readonly<ValuePath>,
  { file, rules, mayBePlain }: { file: string; rules: RuleFields; mayBePlain: boolean },
): void {
  const isEncrypted = ruleOf(rules)
  const marker = scalar('str', 'marker')
  const [first = EMPTY] = parts
  let encrypted = false
  mapLeaves([withValue(first, path, marker)], (leaf, place) => {
    if (leaf === marker) encrypted = isEncrypted(place)
    return leaf
  })
  if (encrypted || mayBePlain) return
  throw new DevkError({
    code: 'SECRETS_PLAINTEXT_VALUE',
    message: `${shownPath(path)} would stand readable in ${file}: its rule leaves values of that name unencrypted. Nothing was changed.`,
    hint: 'Choose another key, or say --plain if everybody may read it.',
  })
}
