import { DevkError } from '../base/errors.ts'
import type { FoundCluster } from './clusters.ts'
import type { ClusterRecord } from './record.ts'

export type OurCluster = FoundCluster & { record: ClusterRecord }

/** Throws CLUSTER_MISSING where there is no such cluster, CLUSTER_FOREIGN where somebody else made it. */
export function requireOurs(name: string, found: FoundCluster | undefined): OurCluster {
  if (!found) {
    throw new DevkError({
      code: 'CLUSTER_MISSING',
      message: `There is no cluster ${name}.`,
      hint: `devk cluster create ${name} makes it; devk cluster list shows those that there are.`,
    })
  }
  if (found.record) return found as OurCluster
  throw new DevkError({
    code: 'CLUSTER_FOREIGN',
    message: `devk did not make the ${found.provider} cluster ${name}, so it leaves it as it is.`,
    hint: `Use ${found.provider} itself to change it.`,
  })
}
