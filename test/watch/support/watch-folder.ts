import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { poll } from '../../../src/base/time.ts'
import type { FileChanged } from '../../../src/watch/known-files.ts'
import type { WatchRoot } from '../../../src/watch/root.ts'
import { type WatchedFiles, type WatchFilesOptions, watchFiles } from '../../../src/watch/watch-files.ts'

export interface Watching extends AsyncDisposable {
  watched: WatchedFiles
  notices: string[]
  bursts: (readonly FileChanged[])[]
  /** `+ a`, `~ a`, `- a` since it was last asked, in the order of the names, once this holds. */
  told(done: (told: string[]) => boolean): Promise<string[]>
}

export interface TempFolder extends AsyncDisposable {
  path: string
  at(...names: string[]): string
  watch(options?: Partial<WatchFilesOptions> & { roots?: (string | WatchRoot)[] }): Promise<Watching>
}

export async function tempFolder(): Promise<TempFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'devk-watch-')))
  const at = (...names: string[]) => join(path, ...names)
  const opened: Watching[] = []
  return {
    path,
    at,
    async watch({ roots = [path], ...options } = {}) {
      const bursts: (readonly FileChanged[])[] = []
      const notices: string[] = []
      const asRoot = (root: string | WatchRoot): WatchRoot =>
        typeof root === 'string' ? { path: root, leavesOut: () => false } : root
      const watched = await watchFiles(roots.map(asRoot), {
        signal: AbortSignal.timeout(30_000),
        onChanges: changes => void bursts.push(changes),
        onNotice: message => void notices.push(message),
        ...options,
      })
      let seen = 0
      const watching: Watching = {
        watched,
        notices,
        bursts,
        async told(done) {
          const told = await poll(
            async () => {
              const lines = bursts
                .slice(seen)
                .flat()
                .map(change => line(path, change))
              return done(lines) ? lines : undefined
            },
            { every: 5, signal: AbortSignal.timeout(20_000) },
          )
          seen = bursts.length
          return told.sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1))
        },
        [Symbol.asyncDispose]: () => watched[Symbol.asyncDispose](),
      }
      opened.push(watching)
      return watching
    },
    async [Symbol.asyncDispose]() {
      for (const watching of opened) await watching[Symbol.asyncDispose]()
      await rm(path, { recursive: true, force: true })
    },
  }
}

function line(folder: string, { path, was, is }: FileChanged): string {
  const sign = was === undefined ? '+' : is === undefined ? '-' : '~'
  return `${sign} ${relative(folder, path)}`
}
