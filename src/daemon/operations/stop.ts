import { DevkError } from '../../base/errors.ts'
import { openClusters } from '../../cluster/clusters.ts'
import { stopCluster } from '../../cluster/stop-cluster.ts'
import { broughtUp, withProject } from '../asked-project.ts'
import type { Operation } from './operation.ts'

/** The daemon has ended by now: the thin side asked it to. */
export const stop: Operation<'stop'> = async (_, context) => {
  return await withProject(context, async session => {
    const summary = await broughtUp(session)
    const { cluster } = summary
    if (cluster.provider === 'existing') {
      throw new DevkError({
        code: 'CLUSTER_EXISTING',
        message: `devk did not make the cluster of the context ${cluster.context}, and leaves its life to you. The project’s daemon was ended.`,
        hint: 'devk down removes what devk deployed there.',
      })
    }
    return { outcome: await stopCluster(await openClusters(context), cluster.name), name: cluster.name }
  })
}
