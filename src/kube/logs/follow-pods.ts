import { poll } from '../../base/time.ts'
import type { LogSink } from '../../model/log.ts'
import type { KubeApi } from '../api.ts'
import type { Live } from '../rollout/live.ts'
import { nextMoment } from '../rollout/next-moment.ts'
import type { Pod } from '../rollout/objects.ts'
import { followContainer } from './follow-container.ts'
import { seenContainer } from './view-container.ts'

export interface FollowedContainer {
  pod: Pod
  container: string
  isInit: boolean
}

export interface PodLogs extends AsyncDisposable {
  /** Resolves once all that was printed before is kept, or the signal aborts. */
  caughtUp(signal: AbortSignal): Promise<void>
}

/** What is looked at again after this, though nothing was heard. */
const AGAIN_MS = 10_000

/** Keeps what all containers of these pods print, each over its whole life. Its owner ends it. */
export function followPods(
  api: KubeApi,
  live: Live,
  {
    wants,
    open,
    onError,
  }: {
    /** Whether what this pod prints is kept: asked once a pod, again as long as it is not. */
    wants: (pod: Pod) => Promise<boolean>
    open: (what: FollowedContainer) => Promise<LogSink>
    onError: (error: unknown) => void
  },
): PodLogs {
  const closing = new AbortController()
  const followed = new Map<string, Promise<void>>()
  const behind = new Set<string>()
  let epoch = 0
  let heard = true
  /** Versions of what is known: the first one in which nothing is missing, and the last one that was looked at. */
  let listedAt = Number.POSITIVE_INFINITY
  let lookedAt = -1

  async function follow(what: FollowedContainer, key: string): Promise<void> {
    const { pod, container } = what
    const { uid, name, namespace = live.namespace } = pod.metadata
    const podNow = () => live.snapshot().pods.find(({ metadata }) => metadata.uid === uid)
    await using sink = await open(what)
    await followContainer(
      api,
      {
        namespace,
        pod: name,
        container,
        now() {
          const now = podNow()
          const lost = live.snapshot().lost !== undefined
          return now && { ...(seenContainer(now, container) ?? unseen), epoch, lost }
        },
        changed: signal => nextMoment(live, live.snapshot().version, AGAIN_MS, signal),
      },
      sink,
      { signal: closing.signal, onCaughtUp: () => behind.delete(key) },
    )
  }

  async function look(): Promise<void> {
    const { pods, lost } = live.snapshot()
    if (heard !== (lost === undefined)) {
      heard = !heard
      if (heard) epoch++
    }
    for (const pod of pods) {
      const fresh = containersOf(pod).filter(what => !followed.has(keyOf(what)))
      if (fresh.length === 0 || !(await wants(pod))) continue
      for (const what of fresh) {
        const key = keyOf(what)
        behind.add(key)
        const done = follow(what, key)
          .catch((error: unknown) => {
            onError(error)
            // It is tried again when pods are looked at next.
            followed.delete(key)
          })
          .finally(() => behind.delete(key))
        followed.set(key, done)
      }
    }
    const known = new Set(pods.map(({ metadata }) => metadata.uid))
    for (const [key, done] of followed) {
      // Of a pod that is gone its log is read to the end first.
      if (!known.has(key.split('/')[0])) void done.then(() => followed.delete(key))
    }
  }

  /** However long the cluster does not answer. */
  async function untilListed(): Promise<void> {
    let isListed = false
    while (!isListed && !closing.signal.aborted) {
      isListed = await live.synced(closing.signal).then(
        () => true,
        () => false,
      )
    }
  }

  const ended = (async () => {
    void untilListed().then(() => {
      listedAt = live.snapshot().version
    })
    while (!closing.signal.aborted) {
      const { version } = live.snapshot()
      await look()
      lookedAt = version
      await nextMoment(live, version, AGAIN_MS, closing.signal)
    }
  })().catch((error: unknown) => {
    if (!closing.signal.aborted) onError(error)
  })

  return {
    async caughtUp(signal) {
      const isBehind = () => lookedAt < listedAt || behind.size > 0
      const over = AbortSignal.any([signal, closing.signal])
      await poll(async () => (isBehind() ? undefined : true), { every: SOON_MS, signal: over }).catch(
        () => {},
      )
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await ended
      await Promise.all(followed.values())
    },
  }
}

const SOON_MS = 20

/** Kubernetes has not told of it yet. */
const unseen = { state: '', is: 'coming', run: 0, runBefore: 0 } as const

function containersOf(pod: Pod): FollowedContainer[] {
  const { initContainers = [], containers } = pod.spec
  return [
    ...initContainers.map(({ name }) => ({ pod, container: name, isInit: true })),
    ...containers.map(({ name }) => ({ pod, container: name, isInit: false })),
  ]
}

function keyOf({ pod, container }: FollowedContainer): string {
  return `${pod.metadata.uid}/${container}`
}
