import { join } from 'node:path'
import { DevkError } from '../../base/errors.ts'
import { type Hidden, openHidden } from '../../base/hidden/hidden.ts'
import type { ProjectHome } from '../../base/project-home.ts'
import type { Clusters } from '../../cluster/clusters.ts'
import { nodeProcesses } from '../../cluster/node-processes.ts'
import { nodeRoutes } from '../../cluster/node-routes.ts'
import { type StatCache, statCache } from '../../docker/build/stat-cache.ts'
import type { RecordStore } from '../../engine/node.ts'
import { kindOf } from '../../engine/remove.ts'
import { run } from '../../exec/run.ts'
import { openForwards } from '../../forward/forwards.ts'
import { podDialer } from '../../kube/pod-dialer.ts'
import { openLive } from '../../kube/rollout/live.ts'
import type { AskedCluster } from '../../model/cluster.ts'
import { objectsOf } from '../../resources/apply-recorded.ts'
import { clusterApi } from '../../resources/cluster-node.ts'
import type { ClusterOutput } from '../../resources/outputs.ts'
import type { ClusterAccess, OpenForwards } from '../../resources/run-context.ts'
import { leavesOf } from '../../secrets/leaves-of.ts'
import { type Activities, activities } from '../sync/activity.ts'
import { type KeptInSync, keepInSync } from '../sync/keep-in-sync.ts'
import { type FollowedLogs, type KeptLogs, keepLogs } from './keep-logs.ts'
import { recordFiles } from './record-files.ts'
import { type SharedRuns, sharedRuns } from './shared-runs.ts'

/** All that is kept of a project between commands: in the daemon for hours, elsewhere for one command. */
export interface Session extends AsyncDisposable, OpenForwards {
  readonly home: ProjectHome
  readonly store: RecordStore
  readonly runs: SharedRuns
  readonly stats: StatCache
  /** True in the project's daemon. */
  readonly lasting: boolean
  /** One connection at a time: it is closed where another place, or another connection to the same, is asked for. */
  access(clusters: Clusters, place: Place, how?: { anew: boolean }): Promise<ClusterAccess>
  /** What the project's containers print, kept as long as a connection is open; only where the session lasts. */
  readonly logs: Pick<KeptLogs, 'trouble' | 'limit'> & Pick<FollowedLogs, 'caughtUp'>
  /** The connection that is open, if one is. */
  opened(): Promise<ClusterAccess | undefined>
  /** Keeps containers as the sources are; only where the session lasts. */
  readonly sync: KeptInSync
  readonly activities: Activities
  /**
   * Who asked for an `up` last, or for anything where nobody did: by their environment, from where they stand, the keys of
   * secrets are found. It is on no disk.
   */
  readonly user: { env: NodeJS.Dict<string>; folder: string; askedUp: boolean }
  /** Hides what a Secret holds, in all that is kept or shown from now on. */
  readonly hide: Hidden['hide']
  /** Services that are built or applied anew at this moment, and why. */
  readonly busy: Map<string, string>
  /** Ends what runs; its place is on disk. */
  end(): Promise<void>
  /** Aborts then, for what has no place on disk. */
  readonly ending: AbortSignal
}

interface Place {
  asked: AskedCluster
  namespace: string
  cluster: ClusterOutput
}

interface Opened {
  key: string
  access: Promise<ClusterAccess>
  /** The same, once it is there. */
  connected?: ClusterAccess
  logs?: FollowedLogs
}

export function openSession(
  home: ProjectHome,
  { lasting = true, onActivity }: { lasting?: boolean; onActivity?: () => void } = {},
): Session {
  const runs = sharedRuns()
  const forwards = openForwards({ onActivity })
  const store = recordFiles(join(home.state, 'nodes'))
  const hidden = openHidden(leavesOf)
  const logs = keepLogs(home, store, hidden)
  const stats = statCache(join(home.state, 'files.json'))
  const told = activities()
  if (onActivity) told.listen(onActivity)
  const sync = keepInSync({
    folder: join(home.state, 'sync'),
    store,
    stats,
    activities: told,
    current: () => open?.connected,
    print: (service, { pod, name }, lines) => {
      const { metadata } = pod
      const { name: podName, namespace = '', uid = '' } = metadata
      return logs.print({ service, namespace, pod: podName, uid, container: name }, lines)
    },
  })
  const ending = new AbortController()
  let open: Opened | undefined

  async function connect(clusters: Clusters, { asked, namespace }: Place): Promise<ClusterAccess> {
    const [api, records] = await Promise.all([clusterApi(clusters, asked), store.list()])
    // Those that are made from now on are told of as they are applied.
    const made = objectsOf(records.filter(({ id }) => kindOf(id) === 'secret'))
    const others = new Set(made.map(each => each.namespace ?? namespace))
    others.delete(namespace)
    return {
      api,
      live: openLive(api, namespace, { hidden, alsoSecretsOf: [...others] }),
      dialer: podDialer(api, namespace),
      ...(asked.provider !== 'existing' && {
        docker: clusters.connection,
        routes: nodeRoutes(clusters.connection, run, home.folder),
        processes: nodeProcesses(clusters.connection, run),
      }),
    }
  }
  async function end(): Promise<void> {
    ending.abort(retired())
    await runs.end(retired())
    await sync[Symbol.asyncDispose]()
    await forwards[Symbol.asyncDispose]()
    const before = open
    open = undefined
    await close(before)
  }
  return {
    home,
    runs,
    forwards,
    current: () => open?.connected,
    lasting,
    store,
    logs: {
      trouble: logs.trouble,
      limit: logs.limit,
      caughtUp: async signal => await open?.logs?.caughtUp(signal),
    },
    ending: ending.signal,
    stats,
    sync,
    isBehind: sync.isBehind,
    activities: told,
    user: { env: process.env, folder: home.folder, askedUp: false },
    busy: new Map(),
    hide: hidden.hide,
    async access(clusters, place, { anew } = { anew: false }) {
      const { cluster, namespace } = place
      const key = JSON.stringify([cluster.name, cluster.identity, namespace])
      if (anew || open?.key !== key) {
        const before = open
        const opened: Opened = { key, access: close(before).then(() => connect(clusters, place)) }
        open = opened
        opened.access.then(
          access => {
            opened.connected = access
            if (lasting) opened.logs = logs.follow(access.api, access.live)
          },
          () => {
            // A connection that was never made must not be the one that later commands get.
            if (open === opened) open = undefined
          },
        )
      }
      return await open.access
    },
    opened: async () => await open?.access.catch(() => undefined),
    end,
    [Symbol.asyncDispose]: end,
  }
}

async function close(opened: Opened | undefined): Promise<void> {
  const access = await opened?.access.catch(() => undefined)
  await opened?.logs?.[Symbol.asyncDispose]()
  access?.live.close()
  access?.dialer[Symbol.dispose]()
  await access?.routes?.[Symbol.asyncDispose]()
}

/** What was under way ends with this where the daemon does. */
export function retired(): DevkError {
  return new DevkError({
    code: 'DAEMON_RETIRED',
    message: 'The project’s daemon was asked to end while this ran.',
    hint: 'Run the same command again: what was done is on disk, and devk goes on from there.',
  })
}
