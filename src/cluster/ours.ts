import { DevkError } from '../base/errors.ts'
import type { ClusterNode } from '../model/cluster.ts'
import type { FoundCluster } from './clusters.ts'
import type { ClusterRecord } from './record.ts'

/** What there is of a cluster, and what devk remembers of it. */
export interface Found {
  record: ClusterRecord | undefined
  nodes: readonly ClusterNode[]
}

export type OurCluster = FoundCluster & { record: ClusterRecord }

/**
 * What is left of an interrupted creation that nobody remembers: none of its nodes was ever started, so that nothing
 * can be in it, and whoever made it, it is in the way.
 */
export function isWreck({ record, nodes }: Found): boolean {
  return !record && nodes.length > 0 && nodes.every(node => node.abandoned)
}

/** Throws CLUSTER_MISSING where somebody took the nodes away: there is nothing to start or stop. */
export function requireNodes(found: OurCluster): OurCluster {
  if (found.nodes.length > 0) return found
  const { name } = found.record.spec
  throw new DevkError({
    code: 'CLUSTER_MISSING',
    message: `The nodes of cluster ${name} are gone: somebody removed them, not devk.`,
    hint: `devk cluster create ${name} makes it anew; devk cluster delete ${name} removes what is left of it.`,
  })
}

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
