import { DevkError } from '../base/errors.ts'
import { ADDRESS, formatAddress, isPort, parseAddress } from './address.ts'

/** A port of this machine that leads to a port of a service's pods. */
export interface Forward {
  address: string
  local: number
  /** A number of the pod's, or a name: of a Service's port, or of a container's. */
  port: number | string
  /** Where the local port is taken, the next free one will do. */
  auto: boolean
}

/** How a forward is now, as the daemon sees it. */
export interface ForwardState {
  forward: Forward
  /** The local port that it really has. */
  port: number
  /** Connections that are open now, by the pod that has them. */
  open: { target: string; connections: number }[]
  /** Connections that are held until a pod is ready. */
  held: number
  /** All that there were. */
  connections: number
  /** Those that no pod took in time. */
  refused: number
  bytesIn: number
  bytesOut: number
}

const FORM = new RegExp(String.raw`^(?:(${ADDRESS}):)?(auto:)?(?:(\d+):)?([a-z\d][a-z\d-]*)(?:/(\w+))?$`)
const HINT = 'Write LOCAL:PORT such as 3000:8080, a single port such as 5432, a name such as 8080:http.'

/** `3000:8080`, `5432`, `8080:http`, `auto:3000:8080`, `0.0.0.0:3000:8080`. Loopback unless an address is written out. */
export function parseForward(text: string): Forward {
  const match = FORM.exec(text)
  if (!match) throw refused(`"${text}" is no port to forward.`, HINT)
  const [, address, auto, first, last = '', protocol = 'tcp'] = match
  if (protocol !== 'tcp') {
    throw refused(
      `"${text}": only TCP can be forwarded.`,
      'For UDP give the Service a nodePort and name it under cluster: ports, such as "5353:30053/udp".',
    )
  }
  const port = /^\d+$/.test(last) ? Number(last) : last
  const local = Number(first ?? last)
  if (typeof port === 'string' && first === undefined) {
    throw refused(`"${text}" names no local port.`, `Write it before the name, such as 8080:${last}.`)
  }
  if (!isPort(local) || (typeof port === 'number' && !isPort(port))) {
    throw refused(`"${text}" has a port that is not from 1 to 65535.`, HINT)
  }
  return { address: parseAddress(address), local, port, auto: auto !== undefined }
}

export function formatForward({ address, local, port, auto }: Forward): string {
  return `${formatAddress(address)}${auto ? 'auto:' : ''}${local}:${port}`
}

function refused(message: string, hint: string): DevkError {
  return new DevkError({ code: 'USAGE', message, hint })
}
