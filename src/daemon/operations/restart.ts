import { openClusters } from '../../cluster/clusters.ts'
import { restartWorkloads } from '../../kube/apply/restart-workloads.ts'
import { waitReady } from '../../kube/rollout/wait-ready.ts'
import { checkServices } from '../../model/check-services.ts'
import { identitiesOf } from '../../resources/apply-recorded.ts'
import { type ClusterOutput, clusterId, workloadId } from '../../resources/outputs.ts'
import { broughtUp, notUp, withProject } from '../asked-project.ts'
import type { Operation } from './operation.ts'

/** New pods for the same workloads, by a rollout: the old ones serve until the new ones are ready. */
export const restart: Operation<'restart'> = async ({ services }, context) => {
  const { steps, signal } = context
  return await withProject(context, async session => {
    const summary = await broughtUp(session)
    const cluster = await session.store.read(clusterId)
    if (cluster?.phase !== 'done') throw notUp()
    checkServices(services, summary.services)
    const clusters = await openClusters({ steps, signal })
    const { api, live } = await session.access(clusters, {
      asked: summary.cluster,
      namespace: summary.namespace,
      cluster: cluster.output as ClusterOutput,
    })
    const restarted = await Promise.all(
      services.map(async service => {
        const record = await session.store.read(workloadId(service))
        if (!record) return []
        return await steps.during(`restarting ${service}`, async say => {
          await live.synced(signal)
          const changed = await restartWorkloads(api, identitiesOf(record.output), signal)
          await waitReady(live, changed, { signal, say, api })
          await session.sync.caughtUp(service, signal)
          return changed.map(({ kind, name }) => `${kind} ${name}`)
        })
      }),
    )
    return { restarted: restarted.flat() }
  })
}
