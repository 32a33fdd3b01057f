import { listClusters } from '../../cluster/cluster-status.ts'
import { openClusters } from '../../cluster/clusters.ts'
import type { ClusterStatus } from '../../model/cluster.ts'
import type { Finding } from '../../model/finding.ts'
import { type Check, good, warning } from './check.ts'

/** Clusters that were left half made, that do not answer, or that nobody needs any more. */
export const clusters: Check = async context => {
  let found: ClusterStatus[]
  try {
    found = await listClusters(await openClusters(context))
  } catch (error) {
    context.signal.throwIfAborted()
    return [
      warning('Clusters', `can't be looked at: ${(error as Error).message}`, 'Mend what stands above first.'),
    ]
  }
  const ours = found.filter(cluster => cluster.ours)
  const troubled = ours.flatMap(trouble)
  if (troubled.length > 0) return troubled
  return [
    good(
      'Clusters',
      ours.length === 0 ? 'none of devk’s' : ours.map(({ name, state }) => `${name} ${state.is}`).join(', '),
    ),
  ]
}

function trouble({ name, state }: ClusterStatus): Finding[] {
  const check = 'Clusters'
  if (state.is === 'partial') {
    const advice = `devk cluster create ${name} finishes it; devk cluster delete ${name} takes it away.`
    return [warning(check, `${name} is half there: ${state.why}`, advice)]
  }
  if (state.is === 'unreachable') {
    const advice = `devk cluster stop ${name}, then devk cluster start ${name}, restarts it with all that is in it.`
    return [warning(check, `${name} does not answer: ${state.why}`, advice)]
  }
  return []
}
