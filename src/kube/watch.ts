import { DevkError } from '../base/errors.ts'
import { sleep } from '../base/time.ts'
import type { KubeApi } from './api.ts'
import { linesOf } from './lines.ts'
import type { KubeList, KubeObject } from './object.ts'
import { KubeRefusal } from './refusal.ts'

export type Change<T> =
  /** All that is there: what was known before and is not among them is gone. */
  { type: 'listed'; objects: T[] } | { type: 'put'; object: T } | { type: 'gone'; object: T }

export type WatchState =
  | { is: 'connected' }
  /** `status` where the server refused it. */
  | { is: 'lost'; since: number; why: string; status?: number }

export interface WatchOptions<T> {
  signal: AbortSignal
  onChange: (change: Change<T>) => void
  /** Told whenever it is another one. Before the first list it is neither. */
  onState?: (state: WatchState) => void
  /** What is kept of an object. */
  slim?: (object: KubeObject) => T
  limits?: Partial<WatchLimits>
}

export interface WatchLimits {
  /** The server ends a watch after this, and is asked for the next one. */
  watchSeconds: number
  /** A server that says nothing for so long, no bookmark either, is no longer there. */
  idleMs: number
  /** The first and the longest pause after a failure. */
  retryMs: number
  retryMaxMs: number
}

const usual: WatchLimits = { watchSeconds: 290, idleMs: 100_000, retryMs: 100, retryMaxMs: 5_000 }

interface Event {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: KubeObject
}

/**
 *   list ──► watch ──► ended by the server, cut, silent: watch again from the last version
 *    ▲         │
 *    └─────────┘ the version is too old, or the server refuses
 *
 * Follows a collection until the signal; resolves then, and never rejects. Nothing is missed: a watch goes on where the
 * last one ended, and where that can't be, all is listed anew.
 */
export async function watchList<T = KubeObject>(
  api: KubeApi,
  path: string,
  options: WatchOptions<T>,
): Promise<void> {
  const { signal, onChange, slim = object => object as T } = options
  const limits = { ...usual, ...options.limits }
  const tell = stateTeller(options.onState)
  let version: string | undefined
  let failures = 0
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list: KubeList = await api.get(path, { signal, timeout: 15_000 })
        version = list.metadata.resourceVersion ?? ''
        onChange({ type: 'listed', objects: (list.items ?? []).map(slim) })
        tell({ is: 'connected' })
      }
      const started = Date.now()
      for await (const { type, object } of watchFrom(api, path, version, signal, limits, tell)) {
        failures = 0
        version = object.metadata.resourceVersion ?? version
        if (type !== 'BOOKMARK') onChange({ type: type === 'DELETED' ? 'gone' : 'put', object: slim(object) })
      }
      failures = 0
      // One that ends at once would be asked for in a circle.
      if (Date.now() - started < limits.retryMs) await pause(limits.retryMs, signal)
    } catch (error) {
      if (signal.aborted) return
      // Whatever it refuses, a version that is too old or of another cluster included, a new list shows how it is.
      if (error instanceof KubeRefusal) version = undefined
      const expired = error instanceof KubeRefusal && error.status === 410
      const refused = error instanceof KubeRefusal && { status: error.status }
      if (!expired) tell({ is: 'lost', since: Date.now(), why: whyLost(error), ...refused })
      if (!expired || failures > 0) await pause(backOff(failures, limits), signal)
      failures++
    }
  }
}

async function* watchFrom(
  api: KubeApi,
  path: string,
  version: string,
  signal: AbortSignal,
  { watchSeconds, idleMs }: WatchLimits,
  tell: (state: WatchState) => void,
): AsyncGenerator<Event> {
  const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${version}`
  const stream = await api.stream(`${path}${path.includes('?') ? '&' : '?'}${query}`, {
    signal,
    timeout: 15_000,
  })
  tell({ is: 'connected' })
  const silent = new Error(`the watch was silent for ${idleMs / 1000} s`)
  const watchdog = setTimeout(() => stream.destroy(silent), idleMs)
  watchdog.unref()
  try {
    for await (const line of linesOf(stream)) {
      watchdog.refresh()
      if (line === '') continue
      const event = JSON.parse(line) as Event
      if (event.type === 'ERROR') throw refusal(path, event.object)
      yield event
    }
  } finally {
    clearTimeout(watchdog)
    stream.destroy()
  }
}

function whyLost(error: unknown): string {
  return error instanceof DevkError ? error.message : `The connection was cut: ${(error as Error).message}.`
}

function refusal(path: string, status: KubeObject): KubeRefusal {
  return new KubeRefusal('WATCH', path, (status['code'] as number | undefined) ?? 500, JSON.stringify(status))
}

function backOff(failures: number, { retryMs, retryMaxMs }: WatchLimits): number {
  const most = Math.min(retryMs * 2 ** failures, retryMaxMs)
  // Several watches that were lost at once don't come back at once.
  return most * (0.5 + Math.random() / 2)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal).catch(() => {})
}

/** Lost since the first failure, not since the last one. */
function stateTeller(onState: ((state: WatchState) => void) | undefined): (state: WatchState) => void {
  let now: WatchState | undefined
  return next => {
    if (next.is === now?.is && (next.is === 'connected' || next.why === (now as typeof next).why)) return
    now = next.is === 'lost' && now?.is === 'lost' ? { ...next, since: now.since } : next
    onState?.(now)
  }
}
