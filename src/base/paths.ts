import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import envPaths from 'env-paths'

export interface Paths {
  /** What devk needs to work: tools, what set-up decided. */
  data: string
  /** What devk made and must be able to undo. */
  state: string
  /** What can be made again. */
  cache: string
  config: string
  /** Sockets: short, since a socket's path has a limit of about 100 characters. */
  runtime: string
  /** Tools that set-up brought. */
  bin: string
  /** What set-up decided and made on this machine. */
  machine: string
}

/** Where devk keeps its files: the platform's own folders, or one folder where DEVK_HOME names it. */
export function paths(env: NodeJS.ProcessEnv = process.env): Paths {
  const home = env['DEVK_HOME']
  const own = envPaths('devk', { suffix: '' })
  const data = home ? join(home, 'data') : own.data
  return {
    data,
    // The platform's place for state; macOS has only one for logs, which may be swept.
    state: home ? join(home, 'state') : process.platform === 'darwin' ? join(data, 'state') : own.log,
    cache: home ? join(home, 'cache') : own.cache,
    config: home ? join(home, 'config') : own.config,
    runtime: runtimeFolder(env, home),
    bin: join(data, 'bin'),
    machine: join(data, 'machine.json'),
  }
}

const LONGEST_FOLDER = 80

function runtimeFolder(env: NodeJS.ProcessEnv, home: string | undefined): string {
  const own = home ? join(home, 'run') : join(env['XDG_RUNTIME_DIR'] ?? '/run/none', 'devk')
  const known = home !== undefined || env['XDG_RUNTIME_DIR'] !== undefined
  return known && own.length <= LONGEST_FOLDER ? own : join(tmpdir(), `devk-${userInfo().uid}`)
}
