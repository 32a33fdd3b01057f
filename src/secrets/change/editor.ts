import { DevkError } from '../../base/errors.ts'
import { findOnPath } from '../../exec/tools.ts'
import { splitWords } from '../identities/split-words.ts'

/** The user's editor, as a command line. Throws EDITOR_MISSING. */
export async function editorOf(env: NodeJS.Dict<string>): Promise<string[]> {
  const name = ['SOPS_EDITOR', 'VISUAL', 'EDITOR'].find(variable => env[variable]?.trim())
  if (name !== undefined) {
    const words = splitWords(env[name] ?? '')
    if (words && words.length > 0) return words
    throw missing(`${name} is no command line.`)
  }
  for (const program of ['vi', 'nano']) {
    const found = await findOnPath(program, env)
    if (found !== undefined) return [found]
  }
  throw missing('No editor was found: neither EDITOR is set nor vi or nano on PATH.')
}

function missing(message: string): DevkError {
  return new DevkError({
    code: 'EDITOR_MISSING',
    message,
    hint: 'Set EDITOR to yours, such as EDITOR="code --wait".',
  })
}
