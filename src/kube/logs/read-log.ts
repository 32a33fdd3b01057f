import type { Readable } from 'node:stream'
import type { LogSink } from '../../model/log.ts'
import type { KubeApi } from '../api.ts'
import { podPath } from '../pod-path.ts'
import { isRefusal } from '../refusal.ts'
import type { ContainerView, SeenContainer } from './container-view.ts'
import { pour } from './pour.ts'
import { LogGone } from './timed-lines.ts'

/** Gives the sink what it has not, until the log ends by itself. Throws where it was cut, or the sink takes no more. */
export async function readLog(
  api: KubeApi,
  view: ContainerView,
  seen: SeenContainer,
  sink: LogSink,
  { signal, silenceMs, onCaughtUp }: { signal: AbortSignal; silenceMs: number; onCaughtUp: () => void },
): Promise<void> {
  const cut = new AbortController()
  const onAbort = () => cut.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const endFailure = sink.onFailure(error => cut.abort(error))
  const silence = silenceOf(silenceMs, () => cut.abort(new Error('it was replaced, and is silent')))
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
  const path = `${podPath(namespace, pod, 'log')}?${query}`
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
    await view.changed(cut.signal).catch((error: Error) => cut.abort(error))
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
