import { sleep } from '../../base/time.ts'
import type { RecordStore } from '../../engine/node.ts'
import type { Live } from '../../kube/rollout/live.ts'
import { nextMoment } from '../../kube/rollout/next-moment.ts'
import type { Service } from '../../model/project.ts'
import type { ClusterAccess } from '../../resources/run-context.ts'
import type { Journal } from '../../sync/journal.ts'
import { seeService } from './see-service.ts'
import type { SyncedService } from './sync-service.ts'
import type { WatchedProject } from './watch-project.ts'

export interface Synced {
  service: Service
  journal: Journal
  synced: SyncedService
}

/** Until where it was seen which containers there are. */
export interface Seen {
  live?: Live
  version: number
}

interface Giving {
  watched: WatchedProject
  synced: ReadonlyMap<string, Synced>
  seen: Seen
  store: RecordStore
  current: () => ClusterAccess | undefined
}

/** What is looked at again after this, though nothing was heard. */
const AGAIN_MS = 10_000
const SOON_MS = 100

/** Gives each service its containers, as they come and go, until the signal. */
export async function giveContainers(
  { watched, synced, seen, store, current }: Giving,
  signal: AbortSignal,
): Promise<void> {
  await watched.ready
  const each = [...synced.values()].map(({ service, journal, synced }) => ({
    synced,
    seeing: seeService(service, { rules: watched.rulesOf(service.name), store, journal }),
  }))
  while (!signal.aborted) {
    const access = current()
    if (!access) {
      await sleep(SOON_MS, signal)
      continue
    }
    const snapshot = access.live.snapshot()
    for (const { synced, seeing } of each) await synced.take(await seeing.look(snapshot), access)
    seen.live = access.live
    seen.version = snapshot.version
    await nextMoment(access.live, snapshot.version, AGAIN_MS, signal).catch(() => sleep(SOON_MS, signal))
  }
}
