import { DevkError } from '../base/errors.ts'

export interface PortMapping {
  address: string
  host: number
  node: number
  protocol: 'tcp' | 'udp'
}

/** `8080:80`, `0.0.0.0:8080:80`, `8080:80/udp`. Loopback unless an address is written out. */
export function parsePortMapping(text: string): PortMapping {
  const match = /^(?:(\[[\da-fA-F:]+\]|[\d.]+):)?(\d+):(\d+)(?:\/(tcp|udp))?$/.exec(text)
  const host = Number(match?.[2])
  const node = Number(match?.[3])
  if (!match || !isPort(host) || !isPort(node)) {
    throw new DevkError({
      code: 'USAGE',
      message: `"${text}" is not a port mapping.`,
      hint: 'Write HOST:NODE with ports from 1 to 65535, such as 8080:80, 0.0.0.0:8080:80 or 5353:53/udp.',
    })
  }
  return {
    address: match[1]?.replace(/[[\]]/g, '') ?? '127.0.0.1',
    host,
    node,
    protocol: match[4] === 'udp' ? 'udp' : 'tcp',
  }
}

export function formatPortMapping({ address, host, node, protocol }: PortMapping): string {
  const bracketed = address.includes(':') ? `[${address}]` : address
  return `${address === '127.0.0.1' ? '' : `${bracketed}:`}${host}:${node}${protocol === 'udp' ? '/udp' : ''}`
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}
