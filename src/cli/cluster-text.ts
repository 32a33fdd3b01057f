import type { ClusterState, ClusterStatus } from '../model/cluster.ts'
import { formatPortMapping } from '../model/port-mapping.ts'
import type { CreateOutput } from '../protocol/operations.ts'
import { table } from './table.ts'

export function createdText({ outcome, cluster }: CreateOutput): string {
  const { name, registry, state } = cluster
  if (state.is !== 'running') return `Cluster ${name} is as it was, and ${stateText(state)}`
  return [
    `Cluster ${name} ${sentences[outcome]}.`,
    ...(registry ? [`  Images: push them to ${registry}/NAME and run them under that name.`] : []),
    `  kubectl: devk cluster kubeconfig ${name} --merge adds it to yours.`,
    `  Away again: devk cluster delete ${name}`,
  ].join('\n')
}

const sentences: Record<CreateOutput['outcome'], string> = {
  created: 'is ready',
  recreated: 'was made anew and is ready',
  started: 'was stopped and runs again',
  finished: 'was finished and is ready',
  unchanged: 'is there already; nothing was changed',
}

export function statusText(status: ClusterStatus): string {
  const { name, provider, nodes, api, registry, ports, kubeconfig, ours } = status
  if (status.state.is === 'absent')
    return `There is no cluster ${name}. devk cluster create ${name} makes it.`
  const facts: [string, string | undefined][] = [
    ['API', api],
    ['Registry', registry],
    ['Ports', ports.length > 0 ? ports.map(formatPortMapping).join(', ') : undefined],
    ['Kubeconfig', kubeconfig],
  ]
  return [
    `${name} (${provider}${ours ? '' : ', not made by devk'}): ${stateText(status.state)}`,
    ...facts.flatMap(([label, value]) => (value ? [`  ${label.padEnd(10)}  ${value}`] : [])),
    ...(nodes.length > 0
      ? ['', table([['NODE', 'ROLE', 'STATE', 'KUBERNETES'], ...nodes.map(nodeRow)])]
      : []),
  ].join('\n')
}

export function listText(clusters: readonly ClusterStatus[]): string {
  if (clusters.length === 0) return 'There is no cluster. devk cluster create makes one.'
  return table([
    ['NAME', 'PROVIDER', 'NODES', 'DEVK', 'STATE'],
    ...clusters.map(({ name, provider, nodes, ours, state }) => {
      return [name, provider, String(nodes.length), ours ? 'yes' : 'no', stateText(state)]
    }),
  ])
}

function stateText(state: ClusterState): string {
  switch (state.is) {
    case 'partial':
      return `half there: ${state.why}`
    case 'unreachable':
      return `does not answer: ${state.why}`
    default:
      return state.is
  }
}

function nodeRow({ name, role, running, ready, version }: ClusterStatus['nodes'][number]): string[] {
  const state = !running ? 'stopped' : ready === undefined ? 'running' : ready ? 'Ready' : 'not Ready'
  return [name, role, state, version ?? '']
}
