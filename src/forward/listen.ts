import { createServer, type Server, type Socket } from 'node:net'
import { DevkError, errorCode } from '../base/errors.ts'
import { portOwner } from '../exec/port-owner.ts'
import { type Forward, formatForward } from '../model/forward.ts'

export interface Listening extends AsyncDisposable {
  /** Another one than was asked for only where `auto` allows it. */
  readonly port: number
}

export interface ListenFor {
  service: string
  /** Who of this process has a port. */
  ownerOf: (port: number) => string | undefined
}

const MOST_TRIED = 100

/**
 * Takes connections at the local port until it is disposed of; those that were taken are their taker's. Throws
 * PORT_TAKEN with its owner, PORT_REFUSED where this machine does not give it.
 */
export async function listen(
  { address, local, auto }: Forward,
  { service, ownerOf }: ListenFor,
  onConnection: (socket: Socket) => void,
): Promise<Listening> {
  const last = Math.min(local + (auto ? MOST_TRIED : 0), 65_535)
  for (let port = local; port <= last; port++) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection)
    try {
      await begin(server, port, address)
      // A machine out of file handles refuses some, and goes on.
      server.on('error', error => console.error(`forward ${address}:${port}: ${error.message}`))
      return { port, [Symbol.asyncDispose]: () => end(server) }
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE') throw refused(address, port, service, error as Error)
    }
  }
  throw taken({ address, local, auto, port: local }, service, ownerOf(local) ?? (await portOwner(local)))
}

function begin(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function end(server: Server): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()))
}

function taken(forward: Forward, service: string, owner: string | undefined): DevkError {
  return new DevkError({
    code: 'PORT_TAKEN',
    message: `Port ${forward.local}, which leads to ${service}, is taken${owner ? ` by ${owner}` : ''}.`,
    hint: `End that, or choose another local port, such as "${formatForward({ ...forward, auto: true })}", which takes the next free one.`,
  })
}

function refused(address: string, port: number, service: string, cause: Error): DevkError {
  return new DevkError({
    code: 'PORT_REFUSED',
    message: `Port ${port} of ${address}, which leads to ${service}, can't be had: ${cause.message}.`,
    hint: 'Ports below 1024 need rights that you may not have; an address must be one of this machine’s.',
    cause,
  })
}
