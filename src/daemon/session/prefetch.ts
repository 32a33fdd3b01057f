import { poll, sleep } from '../../base/time.ts'
import type { Clusters } from '../../cluster/clusters.ts'
import { kubeApiOf } from '../../cluster/connect-cluster.ts'
import type { ClusterProvider } from '../../cluster/provider.ts'
import { kindOf } from '../../engine/remove.ts'
import type { Observer } from '../../engine/run.ts'
import type { AskedCluster, ClusterNode, ClusterSpec } from '../../model/cluster.ts'
import { clusterId, nodesId } from '../../resources/outputs.ts'

const AGAIN_MS = 1_000
const LONGEST_MS = 60_000

export interface Prefetch extends AsyncDisposable {
  observer: Observer
  /**
   * Resolves once the images are there, or nobody is at fetching any: pods made before that would fetch them twice.
   * `waits` is called where that is not so at once.
   */
  settled(images: readonly string[], waits?: () => void): Promise<void>
}

/**
 * While a cluster is made, its nodes fetch the images that are done by then: the first pods find them there. It is told
 * of the run as its observer is, and what can't be fetched is left to the pods, which say why.
 */
export function prefetching(
  observer: Observer,
  clusters: Clusters,
  cluster: Pick<AskedCluster, 'name' | 'provider'>,
  signal: AbortSignal,
  answers: Answers = apiAnswers,
): Prefetch {
  const images: string[] = []
  const fetched = new Set<string>()
  const closing = new AbortController()
  let busy = false
  let changed = Promise.withResolvers<void>()
  const change = () => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  const onFetched = (image: string) => {
    fetched.add(image)
    change()
  }
  const fetch = async () => {
    const { name, provider } = cluster
    if (provider === 'existing') return
    const until = AbortSignal.any([signal, closing.signal])
    busy = true
    try {
      await answers(clusters, { name, provider }, until)
      await fetchAll(clusters.providers[provider], name, { images, fetched, onFetched, signal, until })
    } catch {
      // What is not there by then is for the pods to fetch.
    } finally {
      busy = false
      change()
    }
  }
  return {
    observer: {
      waiting: observer.waiting,
      working(node, why) {
        if (node.id === clusterId) void fetch()
        return observer.working(node, why)
      },
      ended(node, outcome) {
        if (node.id === nodesId) closing.abort()
        if (kindOf(node.id) === 'image' && (outcome.is === 'changed' || outcome.is === 'unchanged')) {
          images.push(String(outcome.output['reference']))
        }
        observer.ended(node, outcome)
      },
    },
    async settled(wanted, waits = () => {}) {
      const waiting = () => busy && !wanted.every(image => fetched.has(image))
      if (waiting()) waits()
      while (waiting()) await changed.promise
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      while (busy) await changed.promise
    },
  }
}

interface Fetches {
  /** It grows meanwhile. */
  images: readonly string[]
  fetched: ReadonlySet<string>
  onFetched: (image: string) => void
  signal: AbortSignal
  /** Nothing is begun after this. */
  until: AbortSignal
}

async function fetchAll(
  provider: ClusterProvider,
  name: string,
  { images, fetched, onFetched, signal, until }: Fetches,
): Promise<void> {
  const limited = () => AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)])
  while (provider.fetchImage && !until.aborted) {
    for (const image of images) {
      if (fetched.has(image) || until.aborted) continue
      const nodes = forPods(await provider.nodes(name))
      const fetches = nodes.map(node => provider.fetchImage?.(node.name, image, limited()))
      const done = (await Promise.allSettled(fetches)).every(({ status }) => status === 'fulfilled')
      if (nodes.length > 0 && done) onFetched(image)
    }
    await sleep(AGAIN_MS, until)
  }
}

function forPods(nodes: readonly ClusterNode[]): ClusterNode[] {
  const running = nodes.filter(node => node.running)
  const workers = running.filter(({ role }) => role === 'worker')
  return workers.length > 0 ? workers : running
}

type Answers = (
  clusters: Clusters,
  cluster: Pick<ClusterSpec, 'name' | 'provider'>,
  signal: AbortSignal,
) => Promise<void>

/** Until the cluster's API answers, its nodes unpack what it is made of itself, and all would only take longer. */
async function apiAnswers(
  clusters: Clusters,
  { name, provider }: Pick<ClusterSpec, 'name' | 'provider'>,
  signal: AbortSignal,
): Promise<void> {
  const ask = async () => (await kubeApiOf(clusters, name, provider)).get('/version', { signal })
  await poll(() => ask().catch(() => undefined), { every: AGAIN_MS, signal })
}
