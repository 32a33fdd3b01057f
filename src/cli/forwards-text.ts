import { sizeText } from '../base/sizes.ts'
import { hostOf } from '../model/address.ts'
import type { ForwardState } from '../model/forward.ts'
import type { ServiceStatus } from '../model/project-status.ts'
import { table } from './table.ts'

/** Where a service can be reached from this machine. */
export function whereText({ urls, forwards }: ServiceStatus): string[] {
  return [...urls, ...forwards.map(localOf)]
}

/** Each local port, whom it leads to, and what went through it. */
export function forwardsText(services: readonly ServiceStatus[]): string[] {
  const rows = services.flatMap(({ name, forwards }) => forwards.map(state => rowOf(name, state)))
  if (rows.length === 0) return []
  return ['', table([['PORT', 'LEADS TO', 'OPEN', 'HELD', 'REFUSED', 'ALL', 'IN', 'OUT'], ...rows])]
}

function rowOf(service: string, state: ForwardState): string[] {
  const { forward, open, held, refused, connections, bytesIn, bytesOut } = state
  const pods = open.map(({ target, connections }) => `${target} (${connections})`).join(', ')
  const total = open.reduce((sum, each) => sum + each.connections, 0)
  return [
    localOf(state),
    `${service}:${forward.port}${pods ? `: ${pods}` : ''}`,
    ...[total, held, refused, connections].map(String),
    sizeText(bytesIn),
    sizeText(bytesOut),
  ]
}

function localOf({ forward: { address }, port }: ForwardState): string {
  return `${hostOf(address)}:${port}`
}
