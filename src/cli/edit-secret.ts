import { DevkError, toDevkError } from '../base/errors.ts'
import { makePrivateFile, type PrivateFile } from '../client/edit-privately.ts'
import type { OpenedSecret, SavedSecret } from '../model/secrets.ts'
import type { CommandContext } from './command.ts'
import { errorText } from './error-text.ts'
import { writeNow } from './write-now.ts'

export interface Edited {
  file: string
  outcome: SavedSecret['outcome'] | 'unchanged'
}

/** Has the user's editor change a file's plaintext, which is in memory only, and writes what came of it. */
export async function editSecret(file: string, context: CommandContext): Promise<Edited> {
  const { ask } = context
  const opened = await ask('secrets.open', { file })
  using privateFile = makePrivateFile(opened.name, Buffer.from(opened.text, 'base64'))
  if (opened.sops) return await editBySops(file, opened.sops, { opened, privateFile, context })
  const before = privateFile.content()
  for (;;) {
    await privateFile.run([...opened.editor, privateFile.path])
    const text = privateFile.content()
    if (text.equals(before)) return { file, outcome: 'unchanged' }
    try {
      return await save(file, text, { opened, context, isSealed: false })
    } catch (thrown) {
      await askAgain(toDevkError(thrown), context)
    }
  }
}

interface Editing {
  opened: OpenedSecret
  privateFile: PrivateFile
  context: CommandContext
}

const UNCHANGED_BY_SOPS = 200

/** The file here is ciphertext; sops puts its plaintext beside it, in memory too, and asks for passphrases itself. */
async function editBySops(
  file: string,
  { command, why }: NonNullable<OpenedSecret['sops']>,
  { opened, privateFile, context }: Editing,
): Promise<Edited> {
  context.onProgress({ type: 'note', message: `sops edits ${file}: ${why}.` })
  const code = await privateFile.run([...command, privateFile.path], {
    env: { ...sopsVariables(), SOPS_EDITOR: editorLine(opened.editor) },
    accept: [UNCHANGED_BY_SOPS],
  })
  if (code === UNCHANGED_BY_SOPS) return { file, outcome: 'unchanged' }
  return await save(file, privateFile.content(), { opened, context, isSealed: true })
}

/** Sops needs the user's keys, and hands all it has to the editor, which needs none. */
function sopsVariables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => {
      const [name, value] = entry
      return KEYS.test(name) && value !== undefined
    }),
  )
}

const KEYS = /^(SOPS_|AGE_|VAULT_)/

function editorLine(editor: readonly string[]): string {
  const without = Object.keys(sopsVariables()).flatMap(name => ['-u', name])
  return ['env', ...without, ...editor].map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
}

async function save(
  file: string,
  text: Buffer,
  { opened, context, isSealed }: Omit<Editing, 'privateFile'> & { isSealed: boolean },
): Promise<SavedSecret> {
  const input = { file, stamp: opened.stamp, text: text.toString('base64'), isSealed }
  return await context.ask('secrets.save', input)
}

/** What was typed must not be lost by a missing bracket. */
async function askAgain(error: DevkError, { confirm, isInteractive }: CommandContext): Promise<void> {
  if (!isInteractive) throw error
  writeNow('stderr', `${errorText(error)}\n`)
  if (await confirm('Edit again what you wrote? Otherwise it is thrown away.')) return
  throw new DevkError({ code: 'SECRETS_NOT_SAVED', message: 'Nothing was written; what you wrote is gone.' })
}
