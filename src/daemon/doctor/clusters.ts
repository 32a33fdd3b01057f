import { listClusters } from '../../cluster/cluster-status.ts'
import { openClusters } from '../../cluster/clusters.ts'
import type { ClusterStatus } from '../../model/cluster.ts'
import type { Finding } from '../../model/finding.ts'
import { type Check, type CheckContext, good, warning } from './check.ts'

/** Clusters that were left half made or do not answer, and what clusters left behind. */
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
  const ours = found.filter(cluster => cluster.ours || cluster.state.is === 'partial')
  const troubled = [...ours.flatMap(trouble), ...(await orphans(context, found))]
  if (troubled.length > 0) return troubled
  return [
    good(
      'Clusters',
      ours.length === 0 ? 'none of devk’s' : ours.map(({ name, state }) => `${name} ${state.is}`).join(', '),
    ),
  ]
}

/** Networks of k3d clusters that are gone: something foreign was on them when they should have been removed. */
async function orphans({ connection }: CheckContext, found: readonly ClusterStatus[]): Promise<Finding[]> {
  const networks = await connection.docker.listNetworks({ filters: { label: ['app=k3d'] } })
  const names = new Set(found.map(({ name }) => `k3d-${name}`))
  return networks
    .filter(({ Name }) => Name.startsWith('k3d-') && !names.has(Name))
    .map(({ Name }) =>
      warning('Clusters', `network ${Name} is left of a k3d cluster`, `docker network rm ${Name}`),
    )
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
