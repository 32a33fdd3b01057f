import { sleep } from '../../base/time.ts'
import type { Clusters } from '../../cluster/clusters.ts'
import { kindOf } from '../../engine/remove.ts'
import type { Observer } from '../../engine/run.ts'
import type { ClusterNode, ClusterSpec } from '../../model/cluster.ts'
import { clusterId } from '../../resources/outputs.ts'

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
): Prefetch {
  const images: string[] = []
  let closing: AbortController | undefined
  let fetching = Promise.resolve()
  const close = async () => {
    closing?.abort()
    await fetching
  }
  return {
    observer: {
      waiting: observer.waiting,
      working(node, why) {
        if (node.id === clusterId) {
          closing = new AbortController()
          fetching = fetchAll(clusters, cluster, images, AbortSignal.any([signal, closing.signal])).catch(
            () => {},
          )
        }
        return observer.working(node, why)
      },
      ended(node, outcome) {
        if (node.id === clusterId) closing?.abort()
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

/** Until the signal aborts: the list grows meanwhile. */
async function fetchAll(
  { providers }: Clusters,
  { name, provider }: Named,
  images: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const own = provider === 'existing' ? undefined : providers[provider]
  const fetched = new Set<string>()
  while (own?.fetchImage) {
    for (const image of images.filter(each => !fetched.has(each))) {
      const nodes = forPods(await own.nodes(name))
      const fetches = nodes.map(node => own.fetchImage?.(node.name, image, signal))
      const done = (await Promise.allSettled(fetches)).every(({ status }) => status === 'fulfilled')
      if (nodes.length > 0 && done) fetched.add(image)
    }
    await sleep(AGAIN_MS, signal)
  }
}

function forPods(nodes: readonly ClusterNode[]): ClusterNode[] {
  const running = nodes.filter(node => node.running)
  const workers = running.filter(({ role }) => role === 'worker')
  return workers.length > 0 ? workers : running
}
