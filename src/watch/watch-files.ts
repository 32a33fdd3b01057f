import { join } from 'node:path'
import { aborted, sleep } from '../base/time.ts'
import type { FileState } from '../model/file-state.ts'
import { collectBursts } from './bursts.ts'
import type { DigestCache } from './file-state.ts'
import { folderWatches, type OpenWatch } from './folder-watches.ts'
import { type FileChanged, type HowToLook, knownFiles } from './known-files.ts'
import type { WatchRoot } from './root.ts'
import { onWake } from './wake.ts'
import { watchTrouble } from './watch-trouble.ts'
import { waysTo } from './ways.ts'

export interface WatchedFiles extends AsyncDisposable {
  /** All that is there, by absolute path, as it was last seen: what was told is in it, and nothing newer. */
  readonly files: ReadonlyMap<string, FileState>
  /** Why changes are found by looking again and again, and what mends that; undefined where the system tells of them. */
  readonly trouble: string | undefined
  /** Looks at everything again and asks anew what is left out: what differs is told as any change is. */
  rescan(): Promise<void>
}

export interface WatchFilesOptions {
  /** Each burst once, one after another. Must not throw. */
  onChanges(changes: readonly FileChanged[]): void
  /** Of what can't be read, once, and of trouble. */
  onNotice?(message: string): void
  /** For the beginning. */
  signal: AbortSignal
  cache?: DigestCache
  /** How a folder is watched. */
  openWatch?: OpenWatch
}

const POLL_MS = 1_000
const POLL_SHARE = 0.1

/**
 * Resolves once all is known and watched. What the system tells is no more than a hint at where to look; what is said of a
 * file was read from it. Rejects only by the signal.
 */
export async function watchFiles(
  roots: readonly WatchRoot[],
  { onChanges, onNotice = () => {}, signal, cache, openWatch }: WatchFilesOptions,
): Promise<WatchedFiles> {
  const closing = new AbortController()
  const failed = new AbortController()
  const rootPaths = [...new Set(roots.map(({ path }) => path))].sort()
  /** As it was told: what is found while looking is known before. */
  const files = new Map<string, FileState>()
  let trouble: string | undefined
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work).catch(unlessClosing)
    last = turn.catch(() => {})
    return turn
  }
  const unlessClosing = (error: unknown): void => {
    if (!closing.signal.aborted) throw error
  }

  const watches = folderWatches(hear, fail, openWatch)
  const renewWatch = (folder: string): void => {
    if (trouble === undefined) watches.renew(folder)
  }
  const ways = waysTo(renewWatch)
  const bursts = collectBursts({ act: paths => inTurn(() => tell(paths)), afterStorm: () => rescan() })
  const known = knownFiles(roots, {
    watches: {
      renew: renewWatch,
      end: folder => {
        if (!ways.leadThrough(folder)) watches.end(folder)
      },
    },
    onUnsettled: path => bursts.hint(path, false),
    onNotice,
    cache,
  })

  function hear(folder: string, name: string | undefined, renewed: boolean): void {
    for (const { root, isEnd } of ways.rootsBy(folder, name)) {
      if (renewed || isEnd) bursts.hint(root, renewed)
    }
    if (known.hasFolder(folder)) bursts.hint(name === undefined ? folder : join(folder, name), renewed)
  }

  function fail(error: unknown): void {
    if (trouble !== undefined || closing.signal.aborted) return
    trouble = watchTrouble(error)
    watches[Symbol.dispose]()
    onNotice(trouble)
    failed.abort()
  }

  async function tell(paths: ReadonlyMap<string, boolean>, unasked = false): Promise<void> {
    const changes = await look(paths, { signal: closing.signal, unasked })
    if (changes.length > 0 && !closing.signal.aborted) onChanges(changes)
  }

  async function look(paths: ReadonlyMap<string, boolean>, how: HowToLook): Promise<FileChanged[]> {
    for (const path of rootPaths) if (paths.get(path)) ways.watch(path)
    const changes = await known.look(paths, how)
    for (const { path, is } of changes) {
      if (is === undefined) files.delete(path)
      else files.set(path, is)
    }
    return changes
  }

  function rescan(unasked = false): Promise<void> {
    return inTurn(async () => {
      for (const path of rootPaths) ways.watch(path)
      await tell(new Map(rootPaths.map(path => [path, false])), unasked)
    })
  }

  async function rescanWithoutWatches(): Promise<void> {
    await aborted(AbortSignal.any([failed.signal, closing.signal]))
    while (!closing.signal.aborted) {
      const begun = performance.now()
      await rescan(true)
      const took = performance.now() - begun
      await sleep(Math.max(POLL_MS, took / POLL_SHARE), closing.signal).catch(() => {})
    }
  }

  const awake = onWake(() => void rescan())
  const polled = rescanWithoutWatches()
  const watched: WatchedFiles = {
    files,
    get trouble() {
      return trouble
    },
    rescan: () => rescan(),
    async [Symbol.asyncDispose]() {
      closing.abort()
      bursts[Symbol.dispose]()
      awake[Symbol.dispose]()
      await last
      watches[Symbol.dispose]()
      await polled
    },
  }
  try {
    await inTurn(async () => {
      const both = AbortSignal.any([signal, closing.signal])
      await look(new Map(rootPaths.map(path => [path, true])), { signal: both })
    })
    signal.throwIfAborted()
    return watched
  } catch (error) {
    await watched[Symbol.asyncDispose]()
    throw error
  }
}
