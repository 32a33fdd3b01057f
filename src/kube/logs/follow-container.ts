import type { Readable } from 'node:stream'
import { sleep } from '../../base/time.ts'
import type { KubeApi } from '../api.ts'
import { isRefusal } from '../refusal.ts'
import { pour } from './pour.ts'
import type { LogSink } from './sink.ts'
import { LogGone } from './timed-lines.ts'

/** What is known of a container at one moment. */
export interface SeenContainer {
  /** Another one whenever its log may go on: it started, ended, or was restarted. */
  state: string
  /** `coming`: nothing was printed yet. `ended`: nothing more comes of this run. */
  is: 'coming' | 'running' | 'ended'
  /** How many times it was restarted. */
  run: number
  /** Whose log is told as that of the run before. */
  runBefore: number
  /** Another one whenever the cluster is heard of again: connections from before may be dead without a sign. */
  epoch: number
  /** The cluster is not heard of. */
  lost: boolean
}

export interface ContainerView {
  namespace: string
  pod: string
  container: string
  /** Undefined where its pod is gone. */
  now(): SeenContainer | undefined
  /** Resolves soon after something is another one. */
  changed(signal: AbortSignal): Promise<void>
}

export interface FollowLimits {
  retryMs: number
  retryMaxMs: number
  /** Where the cluster is not heard of: whoever is quick reads what a pod printed last before it is gone for good. */
  lostMs: number
  longLostMs: number
  /** What was replaced may still have lines under way: so long nothing may come before it is let go. */
  silenceMs: number
}

const usual: FollowLimits = {
  retryMs: 100,
  retryMaxMs: 5_000,
  lostMs: 500,
  longLostMs: 30_000,
  silenceMs: 2_000,
}

/**
 *   coming ──► reading ──► its log ended ──► wait until it is another state ──► reading …
 *                │  ▲
 *                └──┘ cut, refused, or the disk was full: again from the sink's position
 *
 * Keeps all that a container prints, over its restarts and over lost connections, until its pod is gone or the signal.
 * Never rejects. `onCaughtUp` is told when all that was printed before is kept.
 */
export async function followContainer(
  api: KubeApi,
  view: ContainerView,
  sink: LogSink,
  {
    signal,
    onCaughtUp = () => {},
    limits = usual,
  }: { signal: AbortSignal; onCaughtUp?: () => void; limits?: FollowLimits },
): Promise<void> {
  let last: SeenContainer | undefined
  let readToItsEnd: string | undefined
  let inVain = 0
  while (!signal.aborted) {
    // Where its pod went while the log was cut, there may still be something to read.
    const seen = view.now() ?? (readToItsEnd === undefined ? last : undefined)
    if (!seen) break
    last = seen
    if (seen.is === 'coming' || readToItsEnd === seen.state) {
      onCaughtUp()
      await view.changed(signal).catch(() => pause(limits.retryMaxMs, signal))
      continue
    }
    readToItsEnd = undefined
    const from = sink.position
    try {
      await readOnce(api, view, seen, sink, { signal, limits, onCaughtUp })
      if (seen.is === 'ended' || !view.now()) readToItsEnd = seen.state
    } catch (error) {
      if (isRefusal(error, 404) && !view.now()) break
      if (error instanceof LogGone && seen.is === 'ended') readToItsEnd = seen.state
    }
    inVain = sink.position === from ? inVain + 1 : 0
    if (readToItsEnd === undefined) await rest(view, seen, restMs(seen, inVain, limits), signal)
  }
  onCaughtUp()
}

/** So often in vain, a cluster that is not heard of is taken to be down for longer. */
const LONG_LOST = 120

function restMs({ lost }: SeenContainer, inVain: number, limits: FollowLimits): number {
  const { retryMs, retryMaxMs, lostMs, longLostMs } = limits
  const most = lost ? (inVain > LONG_LOST ? longLostMs : lostMs) : retryMaxMs
  return Math.min(retryMs * 2 ** inVain, most)
}

/** That long, or until the cluster is heard of again. */
async function rest(
  view: ContainerView,
  { epoch }: SeenContainer,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const end = () => over.abort()
  const timer = setTimeout(end, ms)
  signal.addEventListener('abort', end, { once: true })
  const isSame = () => (view.now()?.epoch ?? epoch) === epoch
  while (!over.signal.aborted && isSame()) await view.changed(over.signal).catch(end)
  clearTimeout(timer)
  signal.removeEventListener('abort', end)
}

/** Until the log ends by itself. Throws where it was cut, or the sink takes no more. */
async function readOnce(
  api: KubeApi,
  view: ContainerView,
  seen: SeenContainer,
  sink: LogSink,
  { signal, limits, onCaughtUp }: { signal: AbortSignal; limits: FollowLimits; onCaughtUp: () => void },
): Promise<void> {
  const cut = new AbortController()
  const onAbort = () => cut.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const endFailure = sink.onFailure(error => cut.abort(error))
  const silence = silenceOf(limits.silenceMs, () => cut.abort(new Error('it was replaced, and is silent')))
  const caughtUp = silenceOf(CAUGHT_UP_MS, onCaughtUp)
  void untilReplaced(view, seen, cut).then(() => silence.begin())
  try {
    const ask = (how: Record<string, string>) => openLog(api, view, { ...how, ...since(sink) }, cut.signal)
    // Opened first: whichever run it is of, what the run before it printed last is there by then.
    const log = await ask({ follow: 'true' })
    try {
      const before = await ask({ previous: 'true' }).catch(noSuchRun)
      const now = view.now() ?? seen
      if (before) await pour(before, sink, { run: now.runBefore }).catch(noSuchRun)
      cut.signal.throwIfAborted()
      caughtUp.begin()
      const onPiece = () => {
        silence.postpone()
        caughtUp.postpone()
      }
      await pour(log, sink, { run: now.run, onPiece })
    } finally {
      log.destroy()
    }
  } catch (error) {
    throw cut.signal.aborted ? cut.signal.reason : error
  } finally {
    cut.abort()
    signal.removeEventListener('abort', onAbort)
    endFailure()
    silence.end()
    caughtUp.end()
  }
}

/** Kubernetes does not tell where what was printed before ends: a moment of silence does. */
const CAUGHT_UP_MS = 120
const OPEN_MS = 15_000

async function openLog(
  api: KubeApi,
  { namespace, pod, container }: ContainerView,
  how: Record<string, string>,
  signal: AbortSignal,
): Promise<Readable & AsyncIterable<Buffer>> {
  const query = new URLSearchParams({ container, timestamps: 'true', ...how })
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`
  return await api.stream(path, { signal, timeout: OPEN_MS })
}

/** Kubernetes takes whole seconds only. */
function since({ position }: LogSink): Record<string, string> {
  const time = position?.part?.time ?? position?.time
  return time ? { sinceTime: `${time.slice(0, 19)}Z` } : {}
}

function noSuchRun(error: unknown): undefined {
  if (isRefusal(error, 400) || isRefusal(error, 404) || error instanceof LogGone) return undefined
  throw error
}

async function untilReplaced(view: ContainerView, seen: SeenContainer, cut: AbortController): Promise<void> {
  while (!cut.signal.aborted) {
    const now = view.now()
    if (now?.epoch !== undefined && now.epoch !== seen.epoch)
      return cut.abort(new Error('it is heard of again'))
    if (now?.run !== seen.run) return
    await view.changed(cut.signal).catch(() => {})
  }
}

/** Acts once nothing was heard for a time, from when it begins on. */
function silenceOf(ms: number, act: () => void): { begin(): void; postpone(): void; end(): void } {
  let timer: NodeJS.Timeout | undefined
  return {
    begin() {
      timer = setTimeout(act, ms).unref()
    },
    postpone: () => void timer?.refresh(),
    end: () => clearTimeout(timer),
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal).catch(() => {})
}
