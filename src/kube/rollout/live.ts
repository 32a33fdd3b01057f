import { DevkError } from '../../base/errors.ts'
import { type Hidden, openHidden } from '../../base/hidden/hidden.ts'
import type { KubeApi } from '../api.ts'
import type { KubeObject } from '../object.ts'
import { type Change, type WatchLimits, type WatchState, watchList } from '../watch.ts'
import { hideSecrets } from './hide-secrets.ts'
import { notifier } from './notifier.ts'
import { type KubeEvent, type Pod, type Snapshot, type Workload, workloadKinds } from './objects.ts'
import { slimEvent, slimPod, slimWorkload } from './slim.ts'
import { withoutHidden } from './without-hidden.ts'

/** What goes on in a namespace, as it goes on. Nothing of it is told before it is known what is hidden in it. */
export interface Live extends Disposable {
  readonly namespace: string
  /** What it never tells, and nobody else shall who tells what goes on there. */
  readonly hidden: Hidden
  /** Why the cluster does not tell all that is to be hidden. */
  secretsRefused(): string | undefined
  /** Resolves once all was listed. Throws KUBE_UNREACHABLE where nothing is heard for 30 s. */
  synced(signal: AbortSignal): Promise<void>
  /** What was heard until now; another one after each change. */
  snapshot(): Snapshot
  /** Resolves once the snapshot is newer than this version; at once where it is already. */
  changed(version: number, signal: AbortSignal): Promise<void>
  /** Called after changes, once for all that came together; answers how to end it. */
  subscribe(listener: () => void): () => void
  /** Ends every connection. What was heard until then can still be read; who waits is told by INTERRUPTED. */
  close(): void
}

export interface LiveOptions {
  /** Learns what the Secrets of projects hold, before anything is told. */
  hidden?: Hidden
  /** Where else there are such Secrets. */
  alsoSecretsOf?: readonly string[]
  /** Of pods and workloads; events have no labels. */
  labelSelector?: string
  /** When each node was started, in whole seconds, where a cluster was: until its pods were heard of they are as before. */
  nodeStarts?: ReadonlyMap<string, number>
  limits?: Partial<WatchLimits>
}

const PATIENCE_MS = 30_000

/** Events come for ever; the newest tell what goes on. */
const KEPT_EVENTS = 1_000

const workloadPaths = {
  Deployment: 'apps/v1/deployments',
  StatefulSet: 'apps/v1/statefulsets',
  DaemonSet: 'apps/v1/daemonsets',
  ReplicaSet: 'apps/v1/replicasets',
  Job: 'batch/v1/jobs',
} as const

/** Begins to watch pods, workloads and events of a namespace, which may not be there yet. Its owner closes it. */
export function openLive(
  api: KubeApi,
  namespace: string,
  { hidden: learning, alsoSecretsOf = [], labelSelector, nodeStarts, limits = {} }: LiveOptions = {},
): Live {
  const closing = new AbortController()
  const changes = notifier()
  const hidden = learning ?? openHidden()
  const shown = withoutHidden(hidden)
  const secrets = (learning ? [namespace, ...alsoSecretsOf] : []).map(each =>
    hideSecrets(api, each, {
      hide: hidden.hide,
      signal: closing.signal,
      limits,
      onChange: () => changes.tell(),
    }),
  )
  const isTold = () => secrets.every(each => each.is())
  const unlisted = new Set<string>()
  const states = new Map<string, WatchState>()
  const query = labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`
  const within = (root: string, plural: string) =>
    `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`

  function follow<T>(
    path: string,
    key: (kept: T) => string,
    slim: (object: KubeObject) => T,
    most = Number.POSITIVE_INFINITY,
  ): Map<string, T> {
    const kept = new Map<string, T>()
    unlisted.add(path)
    void watchList<T>(api, path, {
      signal: closing.signal,
      limits,
      slim,
      onState: state => {
        states.set(path, state)
        changes.tell()
      },
      onChange: change => {
        // Of what is bounded, that stands last which was heard of last.
        if (change.type === 'put' && most < Number.POSITIVE_INFINITY) kept.delete(key(change.object))
        take(kept, key, change)
        dropOldest(kept, most)
        unlisted.delete(path)
        changes.tell()
      },
    })
    return kept
  }

  const byUid = ({ metadata }: Pod | Workload) => metadata.uid ?? metadata.name
  const pods = follow(within('/api/v1', `pods${query}`), byUid, slimPod)
  const workloads = workloadKinds.map(kind => {
    const [group = '', version = '', plural = ''] = workloadPaths[kind].split('/')
    return follow(within(`/apis/${group}/${version}`, plural + query), byUid, slimWorkload(kind))
  })
  const events = follow<KubeEvent>(within('/api/v1', 'events'), ({ uid }) => uid, slimEvent, KEPT_EVENTS)

  let last: Snapshot | undefined
  let lastHidden = hidden.version
  const snapshot = (): Snapshot => {
    if (last?.version === changes.version() && lastHidden === hidden.version) return last
    lastHidden = hidden.version
    const told = <T extends object>(map: ReadonlyMap<string, T>) =>
      isTold() ? [...map.values()].map(shown) : []
    last = {
      namespace,
      version: changes.version(),
      pods: told(pods),
      workloads: workloads.flatMap(told),
      events: told(events),
      lost: firstOf(secrets, each => each.lost()) ?? longestLost(states.values()),
      ...(nodeStarts && { nodeStarts }),
    }
    return last
  }

  return {
    namespace,
    hidden,
    secretsRefused: () => firstOf(secrets, each => each.refused()),
    snapshot,
    changed: changes.changed,
    subscribe: changes.subscribe,
    async synced(signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
      try {
        while (unlisted.size > 0 || !isTold()) await changes.changed(changes.version(), limit)
      } catch (error) {
        if (signal.aborted || !limit.aborted) throw error
        throw unheard(api.server, namespace, snapshot().lost?.why)
      }
    },
    close() {
      closing.abort()
      changes.close()
    },
    [Symbol.dispose]() {
      this.close()
    },
  }
}

function take<T>(kept: Map<string, T>, key: (object: T) => string, change: Change<T>): void {
  if (change.type === 'listed') {
    kept.clear()
    for (const object of change.objects) kept.set(key(object), object)
    return
  }
  if (change.type === 'put') kept.set(key(change.object), change.object)
  else kept.delete(key(change.object))
}

/** A map keeps its order: what stands first is dropped first. */
function dropOldest(kept: Map<string, unknown>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) return
    kept.delete(key)
  }
}

function firstOf<T, Told>(all: readonly T[], tell: (one: T) => Told | undefined): Told | undefined {
  return all.map(tell).find(told => told !== undefined)
}

function longestLost(states: Iterable<WatchState>): Snapshot['lost'] {
  const lost = [...states].filter(state => state.is === 'lost')
  return lost.toSorted((a, b) => a.since - b.since).map(({ since, why }) => ({ since, why }))[0]
}

function unheard(server: string, namespace: string, why = 'it was silent'): DevkError {
  return new DevkError({
    code: 'KUBE_UNREACHABLE',
    message: `What goes on in namespace ${namespace} can't be seen: the Kubernetes API at ${server} was asked for 30 s. ${why}`,
    hint: 'devk cluster status tells how the cluster is.',
  })
}
