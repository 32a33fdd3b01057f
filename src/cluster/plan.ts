import { DevkError } from '../base/errors.ts'
import type { ClusterNode, ClusterSpec } from '../model/cluster.ts'
import { type AskedSpec, type Difference, differences } from './differences.ts'
import { kubernetesOf } from './images.ts'
import { type Found, isWreck } from './ours.ts'
import type { ClusterRecord } from './record.ts'

export type Plan =
  | { do: 'create' }
  | { do: 'keep' }
  | { do: 'start'; why: string }
  | { do: 'finish'; why: string }
  | { do: 'clean and create'; why: string }

export interface CreateChoice {
  /** Makes it anew, whatever it is like and whatever is in it. */
  recreate: boolean
  /** How the user has that done, in words: `the same command with --recreate`. */
  anew: string
}

/** What `create` does with what it finds. Nothing that holds somebody's data goes without `recreate`. */
export function planCreate(
  asked: AskedSpec,
  { record, nodes }: Found,
  { recreate, anew }: CreateChoice,
): Plan {
  const { name } = asked
  if (!record) {
    if (nodes.length === 0) return { do: 'create' }
    if (isWreck({ record, nodes })) {
      return { do: 'clean and create', why: 'an interrupted creation left nodes that were never started' }
    }
    throw new DevkError({
      code: 'CLUSTER_FOREIGN',
      message: `A cluster named ${name} exists already, and devk did not make it. It was left as it is.`,
      hint: 'Choose another name, or use it as it is with provider: existing.',
    })
  }
  if (record.phase === 'creating' || record.phase === 'deleting') {
    // Even without a node there may be a network, a volume or a helper of the provider's.
    const what = record.phase === 'creating' ? 'its creation' : 'its removal'
    return { do: 'clean and create', why: `${what} was interrupted` }
  }
  if (nodes.length === 0) return { do: 'clean and create', why: 'its nodes are gone' }
  if (recreate) return { do: 'clean and create', why: 'asked by --recreate' }
  refuseLostNodes(record, nodes, anew)
  refuseDifferences(asked, record, nodes, anew)
  if (nodes.some(node => !node.running)) return { do: 'start', why: 'it was stopped' }
  if (record.phase === 'finishing') return { do: 'finish', why: 'its nodes were not seen ready yet' }
  return { do: 'keep' }
}

function refuseLostNodes(
  { spec, nodeCount }: ClusterRecord,
  nodes: readonly ClusterNode[],
  anew: string,
): void {
  if (nodeCount === undefined || nodes.length >= nodeCount) return
  throw new DevkError({
    code: 'CLUSTER_INCOMPLETE',
    message: `Cluster ${spec.name} has ${nodes.length} of its ${nodeCount} nodes left: ${nodes.map(node => node.name).join(', ')}. It was left as it is.`,
    hint: `A lost node can't be put back. To have the cluster made anew, with all that is in it lost: ${anew}.`,
  })
}

function refuseDifferences(
  asked: AskedSpec,
  record: ClusterRecord,
  nodes: readonly ClusterNode[],
  anew: string,
): void {
  const found = differences(asked, record.spec, versionOf(record, nodes))
  if (found.length === 0) return
  throw new DevkError({
    code: 'CLUSTER_DIFFERS',
    message: `Cluster ${asked.name} differs from what is asked; it was left as it is.`,
    hint: [
      `To keep it, ask for: ${found.map(difference => difference.keep).join('; ')}.`,
      `To have it made anew, with all that is in it lost: ${anew}.`,
    ].join('\n'),
    detail: found.map(line).join('\n'),
  })
}

function versionOf({ image }: ClusterRecord, nodes: readonly ClusterNode[]): string | undefined {
  return kubernetesOf(image ?? '') ?? kubernetesOf(nodes[0]?.image ?? '')
}

function line({ what, asked, made }: Difference): string {
  return `${what}: asked ${asked}, made with ${made}`
}

/** The full specification: what is asked, and for the rest what there was or the defaults say. */
export function completeSpec(asked: AskedSpec, record: ClusterRecord | undefined): ClusterSpec {
  const defaults = { provider: 'kind', workers: 0, ports: [], mounts: [], labels: {} } as const
  const { config, ...before } = record?.spec ?? {}
  // One provider's configuration means nothing to another.
  const same = asked.provider === undefined || asked.provider === record?.spec.provider
  return {
    ...structuredClone(defaults),
    ...before,
    ...(same && config && { config }),
    ...asked,
  } as ClusterSpec
}
