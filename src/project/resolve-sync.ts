import { basename, posix, resolve } from 'node:path'
import type { Restart, SyncRule } from '../model/sync.ts'
import type { Blame } from './faults.ts'
import { kindOf } from './kind-of.ts'
import type { SyncInput } from './schema.ts'
import type { KeyPath } from './sources.ts'

/** A rule with absolute paths: a file leads to a file, also where the folder was written that it goes to. */
export async function resolveSync(
  { from, to, restart, container, ignore, gitignore }: SyncInput,
  folder: string,
  at: KeyPath,
  blame: Blame,
): Promise<SyncRule> {
  const source = resolve(folder, from)
  const kind = await kindOf(source)
  if (kind === undefined) blame([...at, 'from'], 'is not there', from)
  const place = posix.normalize(to)
  const target = place.replace(/(?<=.)\/+$/, '')
  if (target === '/' && kind !== 'file')
    blame([...at, 'to'], 'is the whole container: name a folder in it', to)
  return {
    from: source,
    isFile: kind === 'file',
    to: kind === 'file' && place.endsWith('/') ? posix.join(place, basename(source)) : target,
    restart: restartOf(restart),
    container,
    ignore,
    gitignore,
  }
}

function restartOf(restart: SyncInput['restart']): Restart {
  if (typeof restart === 'string') return { how: restart }
  if ('signal' in restart) return { how: 'signal', signal: restart.signal as NodeJS.Signals }
  return { how: 'run', command: restart.run }
}
