import { type BigIntStats, lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { errorCode } from '../base/errors.ts'
import { isFresh, stamp } from '../base/file-stamp.ts'
import { type FileState, fileState, linkState } from '../model/file-state.ts'
import { type DigestCache, digestOf } from './file-state.ts'
import type { WatchRoot } from './root.ts'

/** What became of a file; undefined: not there, or left out. */
export interface FileChanged {
  path: string
  was: FileState | undefined
  is: FileState | undefined
}

/** All that was seen below the roots, and the one who looks. */
export interface KnownFiles {
  hasFolder(path: string): boolean
  /**
   * Looks at these, each with all that is in it, those above before those below, and returns what differs from what was
   * known. With true it may be another folder than before, and what is heard of it must be heard anew. One at a time.
   */
  look(paths: Iterable<[path: string, renewed: boolean]>, how: HowToLook): Promise<FileChanged[]>
}

export interface HowToLook {
  signal: AbortSignal
  /** Nobody said that something is done with a file: where it seems so just now, it is unsettled and not told yet. */
  unasked?: boolean
}

export interface KnownFilesOptions {
  /** Whoever hears of what happens in the folders: told of each before it is listed. */
  watches: { renew(folder: string): void; end(folder: string): void }
  /** It is being written, or replaced: it wants another look soon. */
  onUnsettled(path: string): void
  onNotice(message: string): void
  cache: DigestCache | undefined
}

interface Folder {
  identity: string
  names: Set<string>
  /** Those that it is not left out of. */
  roots: WatchRoot[]
}

/** What is small is there as a whole in a moment; what is large is likely to be written for a while. */
const TRIES = 3
const LARGE = 256n * 1024n
const SLICE_MS = 8
const JUST_MS = 20

export function knownFiles(roots: readonly WatchRoot[], options: KnownFilesOptions): KnownFiles {
  const { watches, onUnsettled, onNotice, cache } = options
  const rootsAt = Map.groupBy(roots, ({ path }) => path)
  const files = new Map<string, FileState>()
  const folders = new Map<string, Folder>()
  /** Of what is surely as it was as long as these are the same. */
  const stamps = new Map<string, string>()
  const refused = new Set<string>()
  const pace = pacer()

  async function look(path: string, renewed: boolean, found: Found): Promise<void> {
    if (found.looked.has(path)) return
    found.looked.add(path)
    await pace(found.how.signal)
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        const stats = statsOf(path)
        const reaching = stats ? rootsReaching(path, stats.isDirectory()) : []
        if (!stats || reaching.length === 0) return forget(path, found)
        if (stats.isDirectory()) return await enter(path, stats, reaching, renewed, found)
        const state = await stateOf(path, stats)
        refused.delete(path)
        if (state === 'unsettled') {
          if (stats.size > LARGE) break
          continue
        }
        if (state === undefined) return forget(path, found)
        if (found.how.unasked && state !== files.get(path) && isJustWritten(stats)) break
        forgetFolder(path, found)
        return learn(path, state, found)
      }
      onUnsettled(path)
    } catch (error) {
      if (found.how.signal.aborted) throw error
      if (GONE.has(errorCode(error) ?? '')) onUnsettled(path)
      else refuse(path, error)
    }
  }

  async function enter(
    path: string,
    stats: BigIntStats,
    reaching: WatchRoot[],
    renewed: boolean,
    found: Found,
  ): Promise<void> {
    forgetFile(path, found)
    const identity = `${stats.dev} ${stats.ino} ${stats.birthtimeNs}`
    const known = folders.get(path)
    const isNew = renewed || known?.identity !== identity
    // Heard first, listed then: nothing happens unseen between.
    if (isNew) watches.renew(path)
    const folder = { identity, names: known?.names ?? new Set<string>(), roots: reaching }
    folders.set(path, folder)
    nameAbove(path)
    const listed = readdirSync(path)
    const names = new Set(listed)
    refused.delete(path)
    for (const name of folder.names) {
      if (names.has(name)) continue
      if (found.how.unasked) {
        names.add(name)
        onUnsettled(join(path, name))
      } else forget(join(path, name), found)
    }
    folder.names = names
    for (const name of listed) await look(join(path, name), isNew, found)
  }

  function rootsReaching(path: string, isFolder: boolean): WatchRoot[] {
    const above = folders.get(dirname(path))?.roots ?? []
    const inside = above.filter(root => !root.leavesOut(below(root.path, path), isFolder))
    return [...inside, ...(rootsAt.get(path) ?? [])]
  }

  /** What a root's own path leads to is meant, wherever it is. */
  function statsOf(path: string): BigIntStats | undefined {
    const stat = rootsAt.has(path) ? statSync : lstatSync
    try {
      return stat(path, { bigint: true, throwIfNoEntry: false })
    } catch (error) {
      if (GONE.has(errorCode(error) ?? '')) return undefined
      throw error
    }
  }

  async function stateOf(path: string, stats: BigIntStats): Promise<FileState | 'unsettled' | undefined> {
    if (stats.isSymbolicLink()) return linkState(readlinkSync(path))
    if (!stats.isFile()) return undefined
    const now = stamp(stats)
    const known = files.get(path)
    if (known !== undefined && stamps.get(path) === now) return known
    const looked = Date.now()
    const remembered = cache?.digest(path, stats)
    const digest = remembered ?? (await digestOf(path, stats))
    if (digest === undefined) return 'unsettled'
    if (remembered === undefined) cache?.remember(path, stats, digest, looked)
    if (isFresh(stats, looked)) stamps.delete(path)
    else stamps.set(path, now)
    return fileState(stats.mode, digest)
  }

  function learn(path: string, state: FileState, found: Found): void {
    found.note(path, files.get(path), state)
    files.set(path, state)
    nameAbove(path)
  }

  /** It may have come after its folder was listed. */
  function nameAbove(path: string): void {
    folders.get(dirname(path))?.names.add(basename(path))
  }

  function forget(path: string, found: Found): void {
    forgetFile(path, found)
    forgetFolder(path, found)
    refused.delete(path)
  }

  function forgetFile(path: string, found: Found): void {
    if (files.has(path)) found.note(path, files.get(path), undefined)
    files.delete(path)
    stamps.delete(path)
  }

  function forgetFolder(path: string, found: Found): void {
    const folder = folders.get(path)
    if (!folder) return
    watches.end(path)
    folders.delete(path)
    for (const name of folder.names) forget(join(path, name), found)
  }

  function refuse(path: string, error: unknown): void {
    if (refused.has(path) || refused.has(dirname(path))) return
    refused.add(path)
    const why = error instanceof Error ? error.message : String(error)
    onNotice(`${path} can't be read and counts as it was before: ${why}`)
  }

  return {
    hasFolder: path => folders.has(path),
    async look(paths, how) {
      const found = changesFound(how)
      for (const [path, renewed] of paths) await look(path, renewed, found)
      return found.changes()
    },
  }
}

function below(folder: string, path: string): string {
  return path.slice(folder.endsWith('/') ? folder.length : folder.length + 1)
}

const GONE = new Set(['ENOENT', 'ENOTDIR'])

interface Found {
  how: HowToLook
  looked: Set<string>
  note(path: string, was: FileState | undefined, is: FileState | undefined): void
  changes(): FileChanged[]
}

/** What comes back to what it was has not changed. */
function changesFound(how: HowToLook): Found {
  const noted = new Map<string, FileChanged>()
  return {
    how,
    looked: new Set(),
    note(path, was, is) {
      const before = noted.get(path)
      noted.set(path, { path, was: before ? before.was : was, is })
    },
    changes: () => [...noted.values()].filter(({ was, is }) => was !== is),
  }
}

/** By a file system's clock, which may be a tick behind. */
function isJustWritten({ mtimeNs }: BigIntStats): boolean {
  return Math.abs(Date.now() - Number(mtimeNs / 1_000_000n)) < JUST_MS
}

/** Lets others have the loop every few milliseconds. */
function pacer(): (signal: AbortSignal) => Promise<void> | undefined {
  let begun = performance.now()
  return signal => {
    if (performance.now() - begun < SLICE_MS) return undefined
    signal.throwIfAborted()
    return setImmediate().then(() => {
      begun = performance.now()
    })
  }
}
