import type { Facts } from './facts.ts'
import type { InotifyLimit } from './kernel.ts'
import type { Tool } from './tool-versions.ts'

/** One thing that the machine is to have. */
export interface Item {
  name: string
  /** advised: better with it, and not in the way without. */
  state: 'here' | 'missing' | 'advised' | 'blocked'
  found: string
  /** What would be done, for people. */
  todo: string
  action?: Action
  /** What somebody has to do by hand, since set-up does not become root by itself. */
  commands?: readonly string[]
}

export type Action =
  | { do: 'raise-inotify'; limits: readonly InotifyLimit[] }
  | { do: 'install-packages'; names: readonly string[] }
  | { do: 'configure-engine' }
  | { do: 'start-engine' }
  | { do: 'get-tool'; tool: Tool; ways: readonly Way[] }
  | { do: 'pull'; image: string }
  | { do: 'build'; build: string }

export type Way = 'download' | 'build'

/** What Debian's packages bring: by set-up itself where it may, else by hand. */
export function planPackages({ root, debian }: Facts, names: readonly string[]): Item {
  const item = { name: `Debian packages: ${names.join(', ')}`, found: 'not installed' }
  if (root && debian)
    return { ...item, state: 'missing', todo: 'apt-get install', action: { do: 'install-packages', names } }
  if (!debian) return { ...item, state: 'blocked', todo: `install what provides ${names.join(', ')}` }
  const commands = ['sudo apt-get update', `sudo apt-get install --yes ${names.join(' ')}`]
  return { ...item, state: 'blocked', todo: 'install by hand', commands }
}
