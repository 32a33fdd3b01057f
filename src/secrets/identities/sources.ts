import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { errorCode } from '../../base/errors.ts'

/** What stands in a place: age keys one a line, several on one (a variable), or an SSH private key. */
export type Holds = 'age-lines' | 'age-words' | 'ssh'

export interface Source {
  name: string
  holds: Holds
  /** Undefined where there is nothing, which is no trouble. */
  read: () => Promise<{ text: string } | { trouble: string } | undefined>
}

/** Where sops looks for age keys, all of them in each run. */
export function sources(env: NodeJS.Dict<string>, folder: string): Source[] {
  const home = env['HOME'] ?? homedir()
  const { SOPS_AGE_KEY: keys, SOPS_AGE_KEY_FILE: file, SOPS_AGE_SSH_PRIVATE_KEY_FILE: ssh } = env
  return [
    ...(ssh === undefined ? [] : [named('SOPS_AGE_SSH_PRIVATE_KEY_FILE', ssh, { folder, holds: 'ssh' })]),
    optional(join(home, '.ssh', 'id_ed25519'), 'ssh'),
    optional(join(home, '.ssh', 'id_rsa'), 'ssh'),
    ...(keys === undefined ? [] : [variable('SOPS_AGE_KEY', keys)]),
    ...(file === undefined ? [] : [named('SOPS_AGE_KEY_FILE', file, { folder, holds: 'age-lines' })]),
    optional(defaultKeyFile(env, home), 'age-lines'),
  ]
}

export function defaultKeyFile(env: NodeJS.Dict<string>, home = env['HOME'] ?? homedir()): string {
  const own =
    process.platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.config')
  return join(env['XDG_CONFIG_HOME'] || own, 'sops', 'age', 'keys.txt')
}

function variable(name: string, text: string): Source {
  return { name, holds: 'age-words', read: async () => ({ text }) }
}

function named(
  variableName: string,
  path: string,
  { folder, holds }: { folder: string; holds: Holds },
): Source {
  return {
    name: `${variableName} (${path})`,
    holds,
    read: async () => (await readKeys(resolve(folder, path))) ?? { trouble: 'there is no such file' },
  }
}

function optional(path: string, holds: Holds): Source {
  return { name: path, holds, read: () => readKeys(path) }
}

async function readKeys(path: string): ReturnType<Source['read']> {
  try {
    return { text: await readFile(path, 'latin1') }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    return { trouble: `it can't be read (${errorCode(error) ?? 'unknown'})` }
  }
}
