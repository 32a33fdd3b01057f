import { formatDuration } from '../../base/time.ts'
import type { SyncStatus } from '../../model/activity.ts'
import type { FileState } from '../../model/file-state.ts'
import type { ClusterAccess } from '../../resources/run-context.ts'
import { type FollowedContainer, followContainer } from '../../sync/follow-container.ts'
import type { Journal } from '../../sync/journal.ts'
import { mayDiffer } from '../../sync/may-differ.ts'
import type { SourceRule } from '../../sync/source-rule.ts'
import type { SyncedContainer } from './containers-of.ts'
import { contentOf } from './content-of.ts'
import { openFiles } from './open-files.ts'
import { restartAfter } from './restart-after.ts'

/** Keeps all containers of a service as its sources are. Its owner ends it. */
export interface SyncedService extends AsyncDisposable {
  /** Those that there are now: new ones get all that was written since their image was built. */
  take(containers: readonly SyncedContainer[], access: ClusterAccess): Promise<void>
  changed(files: readonly string[]): void
  status(): SyncStatus
  /** Whether a pod runs something else than the sources say. */
  isBehind(pod: string): boolean
  pause(): void
  resume(): void
}

interface Options {
  service: string
  journal: Journal
  files: () => ReadonlyMap<string, FileState>
  print: (container: SyncedContainer, lines: readonly string[]) => Promise<void>
  tell: (message: string, trouble?: true) => void
  paused: boolean
  /** Whether what follows on a change by this rule is due in the containers that there are. */
  isDue: (rule: SourceRule) => boolean
}

export function syncService({ service, journal, files, print, tell, paused, isDue }: Options): SyncedService {
  const known = new Map<string, FollowedContainer>()
  let seen: readonly SyncedContainer[] = []
  const closing = new Set<PromiseLike<void>>()
  let held = paused
  let connection: ClusterAccess | undefined
  let last: SyncStatus['last']
  const read = shared(contentOf)
  /** What was written since all containers were the same as the sources. */
  const done = new Set<string>()
  let doneMs = 0
  let doneFresh = true
  let told: string | undefined

  function onState(): void {
    const { state, why } = status()
    if (state === 'failing' && why !== told) tell(`${service}: ${why}`, true)
    told = state === 'failing' ? why : undefined
    if (state !== 'in sync' || done.size === 0) return
    last = { files: done.size, ms: doneMs, at: new Date().toISOString() }
    const files = `${done.size} file${done.size === 1 ? '' : 's'}`
    const where = doneFresh ? `a new container of ${service}` : service
    tell(`synced ${files} to ${where} (${formatDuration(doneMs)})`)
    done.clear()
    doneMs = 0
    doneFresh = true
  }

  function follow(container: SyncedContainer, access: ClusterAccess): FollowedContainer {
    const { image, rules } = container
    const owed = connection ? [] : rules.flatMap((rule, index) => (isDue(rule) ? [index] : []))
    return followContainer(
      {
        rules,
        open: signal => openFiles(access, container, signal),
        mayDiffer: () =>
          mayDiffer(rules, { files: files(), base: journal.base(image), touched: journal.touched(image) }),
        state: file => files().get(file),
        read,
        beforeWrite: written => journal.touch(image, written),
        async restart(asked, agent, fresh, signal) {
          // What a container is started again for is not there any more once it was.
          const meant = fresh ? withoutContainers(container, asked) : asked
          await restartAfter(
            { access, container, print: lines => print(container, lines) },
            meant,
            agent,
            signal,
          )
        },
        onState,
        onSynced({ files, ms }, fresh) {
          for (const file of files) done.add(file)
          doneMs = Math.max(doneMs, ms)
          doneFresh &&= fresh
          onState()
        },
      },
      { paused: held, owed },
    )
  }

  function status(): SyncStatus {
    const states = [...known.values()].map(({ state }) => state)
    const behind = Math.max(0, ...states.map(state => state.behind))
    const why = states.find(state => state.why !== undefined)?.why
    const common = {
      behind,
      ...(last && { last }),
    }
    if (held) return { ...common, state: 'paused', why: `devk sync --resume goes on` }
    if (why !== undefined) return { ...common, state: 'failing', why }
    if (seen.length === 0) return { ...common, state: 'idle', why: `${service} has no pod` }
    if (seen.some(({ id }) => id === undefined))
      return { ...common, state: 'waiting', why: 'a container does not run' }
    const settled = states.every(state => state.settled && state.behind === 0)
    return { ...common, state: settled ? 'in sync' : 'syncing' }
  }

  return {
    async take(containers, access) {
      if (connection && connection !== access) {
        const before = [...known.values()]
        known.clear()
        await Promise.all(before.map(followed => followed[Symbol.asyncDispose]()))
      }
      seen = containers
      const now = new Map(containers.flatMap(each => (each.id === undefined ? [] : [[each.id, each]])))
      for (const [id, followed] of known) {
        if (now.has(id)) continue
        known.delete(id)
        const end = followed[Symbol.asyncDispose]()
        closing.add(end)
        void end.then(() => closing.delete(end))
      }
      for (const [id, container] of now) {
        if (!known.has(id)) known.set(id, follow(container, access))
      }
      connection = access
    },
    changed(changedFiles) {
      for (const followed of known.values()) followed.changed(changedFiles)
    },
    status,
    isBehind(pod) {
      if (held) return false
      return seen.some(
        ({ id, pod: { metadata } }) =>
          metadata.uid === pod && (id === undefined || !known.get(id)?.state.settled),
      )
    },
    pause() {
      held = true
      for (const followed of known.values()) followed.pause()
    },
    resume() {
      held = false
      for (const followed of known.values()) followed.resume()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...known.values()].map(followed => followed[Symbol.asyncDispose]()))
      known.clear()
      await Promise.all(closing)
    },
  }
}

function withoutContainers({ rules }: SyncedContainer, asked: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...asked].filter(index => rules[index]?.restart.how !== 'container'))
}

/** One reading for all who ask while it is under way: replicas get the same. */
function shared<T>(read: (file: string) => Promise<T>): (file: string) => Promise<T> {
  const reading = new Map<string, Promise<T>>()
  return file => {
    const now = reading.get(file) ?? read(file).finally(() => reading.delete(file))
    reading.set(file, now)
    return now
  }
}
