import type { KubeApi } from '../api.ts'
import type { ObjectIdentity } from '../apply/identity.ts'
import { type Live, openLive } from './live.ts'
import { inWords, type Looked, look } from './look.ts'
import { nextMoment } from './next-moment.ts'
import type { Snapshot } from './objects.ts'
import { patienceOf } from './patience.ts'
import { takesTime } from './progress.ts'
import { settlingOf } from './settling.ts'
import { unsticking } from './unstick.ts'
import { workloadFailed, workloadSlow } from './workload-error.ts'

export interface ReadyOptions {
  signal: AbortSignal
  /** Told what it waits for, and what keeps it. */
  say: (waits: string) => void
  /** For the logs of what crashed. */
  api: KubeApi
  /** Told what was done to get on. */
  note?: (message: string) => void
  /** How long nothing may move at all: 5 minutes unless told. */
  patienceMs?: number
  /**
   * How long a container without a readiness probe must have run to count as ready: 2 seconds unless told. The kubelet
   * looks once a second whether containers still run.
   */
  settleMs?: number
}

/**
 * Waits until the rollouts of these objects, exactly as they were applied, are done. It is told by the watch and sleeps
 * never, so it knows within milliseconds. What is in another namespace than the view's is watched for this once.
 * Throws WORKLOAD_FAILED as soon as waiting will most probably not help, with the pod's own reason and the last lines of
 * what crashed; WORKLOAD_SLOW where nothing moves for the whole patience. The objects stay as they are in both cases.
 */
export async function waitReady(
  live: Live,
  objects: readonly ObjectIdentity[],
  options: ReadyOptions,
): Promise<void> {
  const groups = Map.groupBy(objects.filter(takesTime), ({ namespace }) => namespace ?? '')
  const said = new Map<string, string>()
  const waits = [...groups].map(async ([namespace, group]) => {
    using other =
      namespace === live.namespace ? undefined : openLive(options.api, namespace, { hidden: live.hidden })
    const say = (words: string) => {
      said.set(namespace, words)
      options.say([...said.values()].join('; '))
    }
    await waitIn(other ?? live, group, { ...options, say })
    said.delete(namespace)
  })
  await Promise.all(waits)
}

async function waitIn(live: Live, objects: readonly ObjectIdentity[], options: ReadyOptions): Promise<void> {
  const { signal, say, api, patienceMs = 5 * 60_000, settleMs = 2_000 } = options
  await live.synced(signal)
  const patience = patienceOf(patienceMs)
  const settling = settlingOf(settleMs)
  const { free } = unsticking(api, options)
  while (true) {
    const snapshot = live.snapshot()
    const now = Date.now()
    const looked = objects.flatMap(object => look(snapshot, object, now) ?? [])
    const waiting = looked.filter(({ progress }) => !progress.done)
    const { gaveUp, stuck, next } = patience.judge(waiting, now)
    if (stuck) throw workloadSlow(waiting, patienceMs)
    if (gaveUp && !snapshot.lost) throw await workloadFailed(api, gaveUp, { signal, hidden: live.hidden })
    const settled = looked.filter(({ progress }) => progress.done && !progress.completed)
    const until = settled.flatMap(each => settling.until(each, now) ?? [])
    if (!snapshot.lost) {
      if (waiting.length === 0 && until.length === 0) return
      for (const { object } of waiting) await free(snapshot, object, now)
    }
    say(inWordsOf(snapshot, waiting))
    await nextMoment(live, snapshot.version, Math.min(next, ...until) - now, signal)
  }
}

function inWordsOf({ lost }: Snapshot, waiting: readonly Looked[]): string {
  // What was heard before may be true no longer, in good as in bad.
  if (lost) return `nothing is heard of the cluster: ${lost.why}`
  return waiting.map(inWords).join('; ') || 'looking whether what runs goes on running'
}
