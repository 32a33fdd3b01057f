import { mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { DevkError, errorCode } from '../../base/errors.ts'
import type { InitSecrets } from '../../model/secrets.ts'
import { creationRules, SOPS_CONFIG } from '../creation-rules.ts'
import { parse } from '../formats/parse.ts'
import { type Identities, openIdentities } from '../identities/identities.ts'
import { defaultKeyFile } from '../identities/sources.ts'
import { newFileText } from './new-file.ts'
import { readSecretFile, saveSecretFile } from './secret-file.ts'

export interface InitOptions {
  env: NodeJS.Dict<string>
  /** Where the user stands, whose paths may be relative. */
  standing: string
  signal: AbortSignal
}

const EXAMPLE = 'secrets/example.yaml'
const EXAMPLE_TEXT = '# An example: replace it by yours with devk secrets edit.\npassword: change-this-one\n'

/** Sees to it that there is a key, a rule and a first file. What is there already is never touched. */
export async function initSecrets(
  folder: string,
  { env, standing, signal }: InitOptions,
): Promise<InitSecrets> {
  const key = await ownKey(await openIdentities(env, standing), env, signal)
  const config = join(folder, SOPS_CONFIG)
  const made = await writeNew(config, rulesFor(key.recipient), 0o644)
  const isFirst = made || (await isEmpty(join(folder, dirname(EXAMPLE))))
  const example = isFirst ? await writeExample(folder, { env, signal }) : undefined
  return { key, config: { file: relative(standing, config), made }, example }
}

async function ownKey(
  identities: Identities,
  env: NodeJS.Dict<string>,
  signal: AbortSignal,
): Promise<InitSecrets['key']> {
  const found = await identities.forRecipient(undefined, signal)
  for (const { source, usable } of found) {
    const [own] = usable
    if (own) return { source, recipient: await own.recipient(), made: false }
  }
  const file = defaultKeyFile(env)
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const text = `# created: ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`
  if (await writeNew(file, text, 0o600, 0o700)) return { source: file, recipient, made: true }
  const why = found.find(({ source }) => source === file)
  throw new DevkError({
    code: 'SECRETS_NO_KEY',
    message: `${file} is there, and devk can use no key of it: ${why?.trouble ?? why?.foreign?.why ?? 'it has none'}. It was left as it is.`,
    hint: 'Name your key by SOPS_AGE_KEY_FILE, or move that file away.',
  })
}

function rulesFor(recipient: string): string {
  return [
    '# Who may read the encrypted files: public keys, one of each of you, with commas between.',
    'creation_rules:',
    '  - path_regex: ^secrets/',
    `    age: ${recipient}`,
    '',
  ].join('\n')
}

async function writeExample(
  folder: string,
  { env, signal }: Pick<InitOptions, 'env' | 'signal'>,
): Promise<InitSecrets['example']> {
  const secretFile = await readSecretFile(EXAMPLE, folder)
  const rule = await creationRules()(secretFile.path)
  if (secretFile.bytes || !rule?.hasPath || rule.recipients.length + rule.others.length === 0)
    return undefined
  const parts = parse(Buffer.from(EXAMPLE_TEXT), secretFile.format, EXAMPLE)
  await saveSecretFile(secretFile, await newFileText(parts, secretFile, rule, { env, signal }))
  return { file: EXAMPLE, made: true }
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true
    throw error
  }
}

/** False where there is one already. */
async function writeNew(file: string, text: string, mode: number, folderMode?: number): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, ...(folderMode !== undefined && { mode: folderMode }) })
  try {
    await using opened = await open(file, 'wx', mode)
    await opened.writeFile(text)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}
