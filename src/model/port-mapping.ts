import { DevkError } from '../base/errors.ts'
import { ADDRESS, formatAddress, isPort, parseAddress } from './address.ts'

export interface PortMapping {
  address: string
  host: number
  node: number
  protocol: 'tcp' | 'udp'
}

const FORM = new RegExp(String.raw`^(?:(${ADDRESS}):)?(\d+):(\d+)(?:/(tcp|udp))?$`)

/** `8080:80`, `0.0.0.0:8080:80`, `8080:80/udp`. Loopback unless an address is written out. */
export function parsePortMapping(text: string): PortMapping {
  const match = FORM.exec(text)
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
    address: parseAddress(match[1]),
    host,
    node,
    protocol: match[4] === 'udp' ? 'udp' : 'tcp',
  }
}

export function formatPortMapping({ address, host, node, protocol }: PortMapping): string {
  return `${formatAddress(address)}${host}:${node}${protocol === 'udp' ? '/udp' : ''}`
}
