import { sleep } from '../../base/time.ts'
import type { LogSink } from '../../model/log.ts'
import type { KubeApi } from '../api.ts'
import { isRefusal } from '../refusal.ts'
import type { ContainerView, SeenContainer } from './container-view.ts'
import { readLog } from './read-log.ts'
import { LogGone } from './timed-lines.ts'

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
      await readLog(api, view, seen, sink, { signal, silenceMs: limits.silenceMs, onCaughtUp })
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
  const over = AbortSignal.any([signal, AbortSignal.timeout(ms)])
  try {
    while (!over.aborted && (view.now()?.epoch ?? epoch) === epoch) await view.changed(over)
  } catch {
    // The time is over, or nothing is heard any more.
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal).catch(() => {})
}
