import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { toDevkError } from '../../base/errors.ts'
import { poll } from '../../base/time.ts'
import { writeFileAtomic } from '../../base/write-file.ts'
import type { StatCache } from '../../docker/build/stat-cache.ts'
import type { RecordStore } from '../../engine/node.ts'
import type { SyncStatus } from '../../model/activity.ts'
import type { Project, Service } from '../../model/project.ts'
import type { SyncRule } from '../../model/sync.ts'
import type { ClusterAccess } from '../../resources/run-context.ts'
import { type Journal, openJournal } from '../../sync/journal.ts'
import { isRestartedNow } from '../../sync/restarted-now.ts'
import { placeOf } from '../../sync/source-rule.ts'
import type { Activities } from './activity.ts'
import type { SyncedContainer } from './containers-of.ts'
import { giveContainers, type Seen, type Synced } from './give-containers.ts'
import { type SyncedService, syncService } from './sync-service.ts'
import { type Changed, type WatchedProject, watchProject } from './watch-project.ts'

/** Watches what was brought up, and keeps its containers as the sources are. */
export interface KeptInSync extends AsyncDisposable {
  /**
   * From now on it is about these services of this project; nothing where it is already, unless `anew`, as where other files
   * are left out. Resolves before all is read.
   */
  follow(project: Project, services: readonly Service[], how?: { anew: boolean }): Promise<void>
  /** The last that was asked for, from the moment on at which it was. */
  readonly followed: { project: Project; services: readonly Service[] } | undefined
  /** Whether a path of an image needs no other image: a rule leads what is there into the containers. */
  leads(service: string, path: string): boolean
  status(service: string): SyncStatus | undefined
  /** Whether a pod runs something else than the sources say. */
  isBehind(service: string, pod: string): boolean
  /** Resolves once what runs of the service is what the sources say, or why it can't be is known. */
  caughtUp(service: string, signal: AbortSignal): Promise<void>
  /** Told of what writing files does not do. */
  onToDo(listener: (changed: Changed) => void): void
  onResumed(listener: () => void): void
  readonly paused: boolean
  /** Until `resume`, also by another daemon. */
  pause(): Promise<void>
  resume(): Promise<void>
  trouble(): string | undefined
}

interface Open {
  key: string
  watched: WatchedProject
  synced: Map<string, Synced>
  seen: Seen
  closing: AbortController
  ended: Promise<void>
}

export interface KeepInSync {
  folder: string
  store: RecordStore
  stats: StatCache
  activities: Activities
  current: () => ClusterAccess | undefined
  print: (service: string, container: SyncedContainer, lines: readonly string[]) => Promise<void>
}

const LOOK_MS = 20
/** What is not so by then is told by the status. */
const PATIENCE_MS = 60_000

export function keepInSync({ folder, store, stats, activities, current, print }: KeepInSync): KeptInSync {
  let open: Open | undefined
  let asked: KeptInSync['followed']
  let changing: Promise<unknown> = Promise.resolve()
  const pausedFile = join(folder, 'paused')
  let held = existsSync(pausedFile)
  let closed = false
  let toDo: (changed: Changed) => void = () => {}
  let resumed = () => {}

  async function begin(
    project: Project,
    services: readonly Service[],
    key: string,
    before: Open | undefined,
  ): Promise<Open> {
    const closing = new AbortController()
    const synced = new Map<string, Synced>()
    const watched = await watchProject(project, services, {
      stats,
      onNotice: message => activities.tell(message, { trouble: true }),
      onChange(changed) {
        for (const { service, sync } of changed.toDo) {
          if (sync.length > 0) synced.get(service)?.synced.changed(sync.map(({ file }) => file))
        }
        toDo(changed)
      },
    })
    for (const service of services) {
      if (service.sync.length === 0) continue
      const journal = await openJournal(join(folder, `${service.name}.json`))
      const last = before?.synced.get(service.name)?.service.sync ?? []
      const isDue = (rule: SyncRule) => isRestartedNow(rule, last)
      synced.set(service.name, {
        service,
        journal,
        synced: openService(service.name, journal, watched, isDue),
      })
    }
    const seen: Seen = { version: -1 }
    const giving = { watched, synced, seen, store, current }
    const ended = giveContainers(giving, closing.signal).catch((error: unknown) => {
      if (!closing.signal.aborted) activities.tell(toDevkError(error).message, { trouble: true })
    })
    return { key, watched, synced, seen, closing, ended }
  }

  function openService(
    service: string,
    journal: Journal,
    watched: WatchedProject,
    isDue: (rule: SyncRule) => boolean,
  ): SyncedService {
    return syncService({
      service,
      journal,
      files: watched.files,
      paused: held,
      isDue,
      print: (container, lines) => print(service, container, lines),
      tell: (message, trouble) => activities.tell(message, { service, ...(trouble && { trouble }) }),
    })
  }

  async function close(before: Open | undefined): Promise<void> {
    if (!before) return
    before.closing.abort()
    await before.watched[Symbol.asyncDispose]()
    await before.ended
    await Promise.all([...before.synced.values()].map(({ synced }) => synced[Symbol.asyncDispose]()))
  }

  /** One change after the other. */
  function change(work: () => Promise<void>): Promise<void> {
    const next = changing.catch(() => {}).then(work)
    changing = next
    return next
  }

  const all = () => [...(open?.synced.values() ?? [])].map(({ synced }) => synced)
  return {
    follow(project, services, { anew } = { anew: false }) {
      const key = JSON.stringify([project, services.map(({ name }) => name)])
      asked = { project, services }
      if (open?.key === key && !anew) return changing.catch(() => {}) as Promise<void>
      return change(async () => {
        if (closed || (open?.key === key && !anew)) return
        const before = open
        open = undefined
        await close(before)
        open = await begin(project, services, key, before)
      })
    },
    get followed() {
      return asked
    },
    leads(service, file) {
      const rules = open?.watched.rulesOf(service) ?? []
      return !held && rules.some(rule => rule.from === file || placeOf(rule, file) !== undefined)
    },
    status: service => open?.synced.get(service)?.synced.status(),
    isBehind: (service, pod) => open?.synced.get(service)?.synced.isBehind(pod) ?? false,
    async caughtUp(service, signal) {
      if (!open?.synced.has(service)) return
      const live = current()?.live
      const version = live?.snapshot().version ?? 0
      const isThere = () => {
        const { seen, synced } = open ?? {}
        if (!seen || !synced) return true
        const isSeen = seen.live === live ? seen.version >= version : seen.live !== undefined
        return isSeen && isSettled(synced.get(service)?.synced.status())
      }
      const limit = AbortSignal.timeout(PATIENCE_MS)
      await poll(async () => isThere() || limit.aborted || undefined, { every: LOOK_MS, signal })
    },
    onToDo(listener) {
      toDo = listener
    },
    onResumed(listener) {
      resumed = listener
    },
    get paused() {
      return held
    },
    async pause() {
      held = true
      for (const service of all()) service.pause()
      await writeFileAtomic(pausedFile, '')
    },
    async resume() {
      await rm(pausedFile, { force: true })
      held = false
      for (const service of all()) service.resume()
      resumed()
    },
    trouble: () => open?.watched.trouble(),
    async [Symbol.asyncDispose]() {
      closed = true
      await change(async () => {
        const before = open
        open = undefined
        await close(before)
      })
    },
  }
}

function isSettled(status: SyncStatus | undefined): boolean {
  return status === undefined || ['in sync', 'failing', 'paused', 'idle'].includes(status.state)
}
