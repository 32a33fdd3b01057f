import { realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import { DevkError } from '../../base/errors.ts'
import { findOnPath } from '../../exec/tools.ts'
import { splitWords } from '../identities/split-words.ts'

/** The user's editor, as a command line. Throws EDITOR_MISSING. */
export async function editorOf(env: NodeJS.Dict<string>): Promise<string[]> {
  const name = ['SOPS_EDITOR', 'VISUAL', 'EDITOR'].find(variable => env[variable]?.trim())
  if (name !== undefined) {
    const words = splitWords(env[name] ?? '')
    if (words && words.length > 0) return await withoutTraces(words, env)
    throw missing(`${name} is no command line.`)
  }
  for (const program of ['vi', 'nano']) {
    const found = await findOnPath(program, env)
    if (found !== undefined) return await withoutTraces([found], env)
  }
  throw missing('No editor was found: neither EDITOR is set nor vi or nano on PATH.')
}

/** Vim would write what was yanked or searched for into the user's home, and swap, backup and undo files where it is told to. */
async function withoutTraces([program = '', ...args]: string[], env: NodeJS.Dict<string>): Promise<string[]> {
  const found = program.includes('/') ? program : await findOnPath(program, env)
  const name = found === undefined ? program : basename(await realpath(found).catch(() => found))
  return /^n?vim(\.|$)/.test(name) ? [program, ...TRACELESS, ...args] : [program, ...args]
}

const TRACELESS = ['-i', 'NONE', '-n', '-c', 'set noundofile nobackup nowritebackup']

function missing(message: string): DevkError {
  return new DevkError({
    code: 'EDITOR_MISSING',
    message,
    hint: 'Set EDITOR to yours, such as EDITOR="code --wait".',
  })
}
