import { toDevkError } from '../base/errors.ts'
import { sleep } from '../base/time.ts'
import type { FileChange, FileContent, FileState } from '../model/sync.ts'
import type { FileAgent } from './agent/agent.ts'
import { isSame, type MayDiffer } from './may-differ.ts'
import { placeOf, type SourceRule } from './source-rule.ts'

export interface ContainerToSync {
  rules: readonly SourceRule[]
  open(signal: AbortSignal): Promise<FileAgent>
  /** Sources that may be others there than here: asked once it is open. */
  mayDiffer(): MayDiffer
  /** As a source is now. */
  state(file: string): FileState | undefined
  read(file: string): Promise<FileContent | undefined>
  /** Resolves once it is on disk that these are written. */
  beforeWrite(files: readonly string[]): Promise<void>
  /**
   * What the rules say that follows; `fresh` where that is only because the container was started from its image. Throws
   * SYNC_RUN_FAILED where a command failed: it is not tried again by itself.
   */
  restart(rules: ReadonlySet<number>, agent: FileAgent, fresh: boolean, signal: AbortSignal): Promise<void>
  /** Told after each change of the state. */
  onState(): void
  /** Told once files were written and what follows is done. */
  onSynced(synced: Synced, fresh: boolean): void
}

export interface Synced {
  files: string[]
  ms: number
}

export interface ContainerSyncState {
  /** It was the same as the sources at least once, or can't be made so. */
  settled: boolean
  /** Files that are still to be written or looked at. */
  behind: number
  /** Why it is not the same, where that does not end by itself at once. */
  why?: string | undefined
  last?: Synced | undefined
}

export interface FollowedContainer extends AsyncDisposable {
  readonly state: ContainerSyncState
  /** These may be others there. */
  changed(files: Iterable<string>): void
  pause(): void
  resume(): void
}

const REST_MS = 100
const LONGEST_REST_MS = 5_000
/** What is read into memory at once. */
const MOST_FILES = 500

/**
 *   opening ──► looking at what may differ ──► writing ──► restarting ──► the same
 *      ▲                                        │    ▲                       │
 *      └── the connection broke ◄── failed ─────┘    └─────── changed ───────┘
 *
 * Keeps a running container's files as the sources are, until it is closed. It works from what is, and from no list of
 * what happened: whatever fails is done again after a rest, or with the next change.
 */
export function followContainer(
  container: ContainerToSync,
  {
    paused,
    owed: owedBefore = [],
    restMs = REST_MS,
  }: {
    paused: boolean
    /** Rules whose restart is due although nothing was written. */
    owed?: readonly number[]
    restMs?: number
  },
): FollowedContainer {
  const closing = new AbortController()
  const { signal } = closing
  const pending = new Set<string>()
  const owed = new Set<number>(owedBefore)
  let agent: FileAgent | undefined
  let looked = false
  let fresh = owedBefore.length === 0
  let writing = 0
  let held = paused
  let failures = 0
  let wake = Promise.withResolvers<void>()
  let state: ContainerSyncState = { settled: false, behind: 0 }

  const tell = (now: Partial<ContainerSyncState>) => {
    state = { ...state, behind: pending.size + writing, ...now }
    container.onState()
  }
  const wakeUp = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }

  async function look(files: FileAgent): Promise<void> {
    const { files: candidates, folders } = container.mayDiffer()
    const probes = folders.map(([first = '']) => first)
    const there = await survey(files, [...candidates, ...probes])
    const hidden = folders.filter(([first = '']) => there.get(first)?.includes(undefined))
    const inHidden = await survey(files, hidden.flat())
    for (const [file, states] of [...there, ...inHidden]) {
      if (!candidates.has(file) && !inHidden.has(file)) continue
      if (states.some(state => !isSame(container.state(file), state))) pending.add(file)
    }
    looked = true
  }

  /** What is there of each of these, at each place that it is led to. */
  async function survey(
    agent: FileAgent,
    files: readonly string[],
  ): Promise<Map<string, (FileState | undefined)[]>> {
    const places = new Map(files.map(file => [file, placesOf(container.rules, file)]))
    const there =
      places.size > 0 ? await agent.survey([...places.values()].flat(), signal) : new Map<string, FileState>()
    return new Map(
      [...places].map(([file, each]) => [file, each.map(({ to, path }) => there.get(`${to}\0${path}`))]),
    )
  }

  /** Answers what was written. */
  async function writeSome(files: FileAgent): Promise<string[]> {
    const batch = [...pending].slice(0, MOST_FILES)
    for (const file of batch) pending.delete(file)
    writing = batch.length
    try {
      await container.beforeWrite(batch)
      const changes = await Promise.all(
        batch.map(async file => {
          const now = await container.read(file)
          return placesOf(container.rules, file).map(place => ({ ...place, now }))
        }),
      )
      await files.apply(changes.flat().toSorted(goneFirst), signal)
    } catch (error) {
      for (const file of batch) pending.add(file)
      throw error
    } finally {
      writing = 0
    }
    container.rules.forEach((rule, index) => {
      if (rule.restart.how !== 'none' && batch.some(file => placeOf(rule, file))) owed.add(index)
    })
    return batch
  }

  async function bringAbout(): Promise<void> {
    const started = performance.now()
    const written = new Set<string>()
    agent ??= await container.open(signal)
    if (!looked) await look(agent)
    if (pending.size > 0) tell({})
    while (pending.size > 0 && !held) for (const file of await writeSome(agent)) written.add(file)
    if (owed.size > 0 && !held) {
      const rules = new Set(owed)
      await container.restart(rules, agent, fresh, signal)
      owed.clear()
    }
    failures = 0
    const ms = Math.round(performance.now() - started)
    const synced = written.size > 0 ? { files: [...written], ms } : undefined
    tell({ settled: true, why: undefined, ...(synced && { last: synced }) })
    if (synced) container.onSynced(synced, fresh)
    fresh = false
  }

  async function failed(thrown: unknown): Promise<void> {
    const error = toDevkError(thrown)
    const woken = wake.promise
    if (error.code === 'SYNC_RUN_FAILED') owed.clear()
    if (ENDS_CONNECTION.has(error.code)) {
      await agent?.[Symbol.asyncDispose]()
      agent = undefined
    }
    tell({ settled: true, why: [error.message, error.hint].filter(Boolean).join(' ') })
    if (error.code === 'SYNC_RUN_FAILED') return
    const rest = Math.min(restMs * 2 ** failures++, LONGEST_REST_MS)
    await Promise.race([sleep(rest, signal), woken]).catch(() => {})
  }

  const hasWork = () => !held && (!looked || pending.size > 0 || owed.size > 0)
  const ended = (async () => {
    while (!signal.aborted) {
      if (hasWork()) await bringAbout().catch(error => (signal.aborted ? undefined : failed(error)))
      else await wake.promise
    }
    await agent?.[Symbol.asyncDispose]()
  })()

  return {
    get state() {
      return state
    },
    changed(files) {
      for (const file of files) pending.add(file)
      tell({})
      wakeUp()
    },
    pause() {
      held = true
    },
    resume() {
      held = false
      wakeUp()
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      wakeUp()
      await ended
    },
  }
}

/** Who answers no more is asked anew. */
const ENDS_CONNECTION: ReadonlySet<string> = new Set(['AGENT_ENDED', 'CONTAINER_GONE', 'INTERRUPTED'])

function placesOf(rules: readonly SourceRule[], file: string) {
  return rules.flatMap(rule => placeOf(rule, file) ?? [])
}

/** A folder may stand where a file was. */
function goneFirst(a: FileChange, b: FileChange): number {
  return Number(a.now !== undefined) - Number(b.now !== undefined)
}
