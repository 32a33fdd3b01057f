import type { FileChange, FileContent } from '../../model/sync.ts'
import { shellWord } from '../sh.ts'
import { type ArchiveMember, archive, memberSize, type Owner } from './archive.ts'
import { checkName, checkTarget, folderOf, lastOf } from './names.ts'
import type { AgentRequest } from './requests.ts'

export interface Writing {
  owner: Owner | undefined
  /** What the tar there does not do as it shall. */
  lacks: ReadonlySet<string>
}

interface Write {
  path: string
  now: FileContent
}

/** How much is sent at once; what is longer goes in pieces. */
const PIECE_BYTES = 8 << 20

/**
 * The requests that bring changes about, one after the other. What is deleted goes first, so that a folder can give way
 * to a file of its name.
 */
export function* applyRequests(changes: readonly FileChange[], writing: Writing): Generator<AgentRequest> {
  const wanted = new Map<string, FileChange>()
  for (const change of changes) {
    checkName(change.to, change.path)
    if (change.now?.kind === 'link') checkTarget(change.to, change.path, change.now.target)
    // The last word on a file is the one that counts.
    wanted.set(`${change.to}\0${change.path}`, change)
  }
  const byFolder = [...Map.groupBy(wanted.values(), ({ to }) => to)]
  const first = byFolder.map(([to, changes]) => ({
    to,
    deletions: deletionCalls(changes),
    writes: writesOf(changes),
  }))
  const together = first.length === 1
  if (!together) {
    for (const { to, deletions } of first) {
      if (deletions.length > 0) yield { calls: [toCall(to), ...deletions, 'apply'] }
    }
  }
  for (const { to, deletions, writes } of first) {
    const before = together ? deletions : []
    const small = writes.filter(write => sizeOf(write) <= PIECE_BYTES)
    yield* writeRequests(to, before, small, writing)
    for (const write of writes) if (sizeOf(write) > PIECE_BYTES) yield* longFile(to, write, writing)
  }
}

function* writeRequests(
  to: string,
  deletions: readonly string[],
  writes: readonly Write[],
  writing: Writing,
): Generator<AgentRequest> {
  let before = deletions
  for (const batch of batches(writes)) {
    yield writeRequest(to, before, batch, writing)
    before = []
  }
  if (before.length > 0) yield { calls: [toCall(to), ...before, 'apply'] }
}

function writeRequest(
  to: string,
  deletions: readonly string[],
  writes: readonly Write[],
  { owner, lacks }: Writing,
): AgentRequest {
  const payload = archive(writes.map(memberOf), owner, Math.floor(Date.now() / 1000))
  const [files = [], links = []] = ['file', 'link'].map(kind => writes.filter(({ now }) => now.kind === kind))
  const calls = [
    `payload ${payload.length}`,
    toCall(to),
    ...deletions,
    'base_folder',
    ...foldersAbove(writes.map(({ path }) => path)).map(path => `folder ${shellWord(path)}`),
    ...writes.map(({ path, now }) => `${now.kind === 'file' ? 'file' : 'symbolic'} ${shellWord(path)}`),
    'extract',
    ...links.map(({ path }) => `owned ${shellWord(path)}`),
    ...(lacks.has('times') ? files.map(({ path }) => `now ${shellWord(path)}`) : []),
    ...(lacks.has('modes') ? modeCalls(files) : []),
    'apply',
  ]
  return { calls, payload }
}

function modeCalls(files: readonly Write[]): string[] {
  const byMode = Map.groupBy(files, ({ now }) => (now.kind === 'file' ? now.mode : 0))
  return [...byMode].flatMap(([mode, files]) => [
    `bits ${mode.toString(8)}`,
    ...files.map(({ path }) => `of ${shellWord(path)}`),
  ])
}

/** Made empty as any other is, then piece by piece. */
function* longFile(to: string, { path, now }: Write, writing: Writing): Generator<AgentRequest> {
  if (now.kind !== 'file') return
  const { bytes, mode } = now
  const empty: FileContent = { kind: 'file', mode: mode | 0o200, bytes: Buffer.alloc(0) }
  yield writeRequest(to, [], [{ path, now: empty }], writing)
  const words = `${shellWord(folderOf(path))} ${shellWord(lastOf(path))}`
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const payload = bytes.subarray(at, at + PIECE_BYTES)
    yield { calls: [toCall(to), `append ${words} ${payload.length}`, 'apply'], payload }
  }
  if ((mode & 0o200) === 0) yield { calls: [toCall(to), `mode ${mode.toString(8)} ${words}`, 'apply'] }
}

/** Files by folder, then the folders that this may leave empty, the deepest first. */
function deletionCalls(changes: readonly FileChange[]): string[] {
  const deleted = changes.filter(({ now }) => now === undefined).map(({ path }) => path)
  const kept = new Set(foldersAbove(writesOf(changes).map(({ path }) => path)))
  const emptied = foldersAbove(deleted).filter(path => !kept.has(path))
  return [
    ...[...Map.groupBy(deleted, folderOf)].flatMap(([folder, paths]) => [
      `inside ${shellWord(folder)}`,
      ...paths.map(path => `delete ${shellWord(lastOf(path))}`),
    ]),
    ...(deleted.length > 0 ? ['flush'] : []),
    ...emptied.reverse().map(path => `emptied ${shellWord(path)}`),
    ...(emptied.length > 0 ? ['flush'] : []),
  ]
}

/** Each folder once, before all that is in it. */
function foldersAbove(paths: readonly string[]): string[] {
  const folders = new Set<string>()
  const add = (folder: string): void => {
    if (folder === '' || folders.has(folder)) return
    add(folderOf(folder))
    folders.add(folder)
  }
  for (const path of paths) add(folderOf(path))
  return [...folders]
}

function* batches(writes: readonly Write[]): Generator<Write[]> {
  let batch: Write[] = []
  let size = 0
  for (const write of writes) {
    const more = memberSize(memberOf(write))
    if (batch.length > 0 && size + more > PIECE_BYTES) {
      yield batch
      batch = []
      size = 0
    }
    batch.push(write)
    size += more
  }
  if (batch.length > 0) yield batch
}

function writesOf(changes: readonly FileChange[]): Write[] {
  return changes.flatMap(({ path, now }) => (now ? [{ path, now }] : []))
}

function memberOf({ path, now }: Write): ArchiveMember {
  return { path, ...now }
}

function sizeOf({ now }: Write): number {
  return now.kind === 'file' ? now.bytes.length : 0
}

function toCall(to: string): string {
  return `to ${shellWord(to)}`
}
