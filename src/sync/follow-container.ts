import { DevkError, toDevkError } from '../base/errors.ts'
import { sleep } from '../base/time.ts'
import type { FileState } from '../model/file-state.ts'
import type { FileChange, FileContent } from '../model/sync.ts'
import type { FileAgent } from './agent/agent.ts'
import { findDiffering } from './find-differing.ts'
import type { MayDiffer } from './may-differ.ts'
import { placeOf, placesOf, type SourceRule } from './source-rule.ts'

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
/** So often in vain, a connection is told to be broken. */
const CUTS = 3
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

  async function write(files: FileAgent, batch: readonly string[]): Promise<void> {
    await container.beforeWrite(batch)
    const changes = await Promise.all(
      batch.map(async file => {
        const now = await container.read(file)
        return placesOf(container.rules, file).map(place => ({ ...place, now }))
      }),
    )
    await files.apply(changes.flat().toSorted(goneFirst), signal)
    container.rules.forEach((rule, index) => {
      if (rule.restart.how !== 'none' && batch.some(file => placeOf(rule, file))) owed.add(index)
    })
  }

  /** Writes all that it can. What is refused holds up nothing else, and why it is is thrown at the end. */
  async function writeAll(files: FileAgent, written: Set<string>): Promise<DevkError | undefined> {
    const refused = new Map<string, DevkError>()
    while (pending.size > 0 && !held) {
      const taken = [...pending].slice(0, MOST_FILES)
      for (const file of taken) pending.delete(file)
      const left = [taken]
      try {
        for (let batch = left[0]; batch; batch = left[0]) {
          writing = left.flat().length + refused.size
          try {
            await write(files, batch)
            for (const file of batch) written.add(file)
          } catch (error) {
            if (!(error instanceof DevkError) || error.code !== 'SYNC_REFUSED') throw error
            if (batch.length === 1) refused.set(batch[0] ?? '', error)
            else left.push(...batch.map(file => [file]))
          }
          left.shift()
        }
      } finally {
        for (const file of left.flat()) pending.add(file)
        writing = 0
      }
    }
    for (const file of refused.keys()) pending.add(file)
    return refused.values().next().value
  }

  async function bringAbout(): Promise<void> {
    const started = performance.now()
    const written = new Set<string>()
    agent ??= await container.open(signal)
    if (!looked) for (const file of await findDiffering(agent, container, signal)) pending.add(file)
    looked = true
    if (pending.size > 0) tell({})
    const refused = await writeAll(agent, written)
    if (owed.size > 0 && !held) {
      const rules = new Set(owed)
      await container.restart(rules, agent, fresh, signal)
      owed.clear()
    }
    const ms = Math.round(performance.now() - started)
    const synced = written.size > 0 ? { files: [...written], ms } : undefined
    if (!refused) {
      failures = 0
      tell({ settled: true, why: undefined })
    }
    if (synced) container.onSynced(synced, fresh)
    fresh = false
    if (refused) throw refused
  }

  async function failed(thrown: unknown): Promise<void> {
    const error = toDevkError(thrown)
    const woken = wake.promise
    const isCut = ENDS_CONNECTION.has(error.code)
    if (error.code === 'SYNC_RUN_FAILED') owed.clear()
    if (isCut) {
      await agent?.[Symbol.asyncDispose]()
      agent = undefined
    }
    failures++
    // Most of what is cut is another container soon, or is open again at once.
    if (!isCut || failures >= CUTS) {
      tell({ settled: true, why: [error.message, error.hint].filter(Boolean).join(' ') })
    } else tell({})
    if (error.code === 'SYNC_RUN_FAILED') return
    const rest = Math.min(restMs * 2 ** (failures - 1), LONGEST_REST_MS)
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

/** A folder may stand where a file was. */
function goneFirst(a: FileChange, b: FileChange): number {
  return Number(a.now !== undefined) - Number(b.now !== undefined)
}
