import { poll, sleep } from '../../base/time.ts'
import type { Clusters } from '../../cluster/clusters.ts'
import { kubeApiOf } from '../../cluster/connect-cluster.ts'
import { kindOf } from '../../engine/remove.ts'
import type { Observer } from '../../engine/run.ts'
import type { ClusterNode, ClusterSpec } from '../../model/cluster.ts'
import { clusterId, nodesId } from '../../resources/outputs.ts'

const AGAIN_MS = 1_000

export interface Prefetch extends AsyncDisposable {
  observer: Observer
}

/**
 * While a cluster is made, its nodes fetch the images that are done by then: the first pods find them there. It is told
 * of the run as its observer is, and what can't be fetched is left to the pods, which say why.
 */
export function prefetching(
  observer: Observer,
  clusters: Clusters,
  cluster: Named,
  signal: AbortSignal,
  answers: Answers = apiAnswers,
): Prefetch {
  const images: string[] = []
  let closing: AbortController | undefined
  let fetching = Promise.resolve()
  const close = async () => {
    closing?.abort()
    await fetching.catch(() => {})
  }
  return {
    observer: {
      waiting: observer.waiting,
      working(node, why) {
        if (node.id === clusterId) {
          closing = new AbortController()
          fetching = fetchAll(clusters, cluster, images, answers, AbortSignal.any([signal, closing.signal]))
          fetching.catch(() => {})
        }
        return observer.working(node, why)
      },
      ended(node, outcome) {
        if (node.id === nodesId) closing?.abort()
        if (kindOf(node.id) === 'image' && (outcome.is === 'changed' || outcome.is === 'unchanged')) {
          images.push(String(outcome.output['reference']))
        }
        observer.ended(node, outcome)
      },
    },
    [Symbol.asyncDispose]: close,
  }
}

interface Named {
  name: string
  provider: ClusterSpec['provider'] | 'existing'
}

type Answers = (clusters: Clusters, name: string, provider: Provider, signal: AbortSignal) => Promise<void>
type Provider = ClusterSpec['provider']

/** Until the signal aborts: the list grows meanwhile. */
async function fetchAll(
  clusters: Clusters,
  { name, provider }: Named,
  images: readonly string[],
  answers: Answers,
  signal: AbortSignal,
): Promise<void> {
  if (provider === 'existing') return
  const own = clusters.providers[provider]
  if (!own.fetchImage) return
  const fetched = new Set<string>()
  await poll(async () => images[0], { every: AGAIN_MS, signal })
  // Until then the nodes unpack what the cluster itself is made of, and all would only take longer.
  await answers(clusters, name, provider, signal)
  while (!signal.aborted) {
    for (const image of images.filter(each => !fetched.has(each))) {
      const nodes = forPods(await own.nodes(name))
      const fetches = nodes.map(node => own.fetchImage?.(node.name, image, signal))
      const done = (await Promise.allSettled(fetches)).every(({ status }) => status === 'fulfilled')
      if (nodes.length > 0 && done) fetched.add(image)
    }
    await sleep(AGAIN_MS, signal)
  }
}

/** Returns once the cluster's API answers. */
async function apiAnswers(
  clusters: Clusters,
  name: string,
  provider: Provider,
  signal: AbortSignal,
): Promise<void> {
  const ask = async () => (await kubeApiOf(clusters, name, provider)).get('/version', { signal })
  await poll(() => ask().catch(() => undefined), { every: AGAIN_MS, signal })
}

function forPods(nodes: readonly ClusterNode[]): ClusterNode[] {
  const running = nodes.filter(node => node.running)
  const workers = running.filter(({ role }) => role === 'worker')
  return workers.length > 0 ? workers : running
}
