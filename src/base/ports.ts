import { createServer } from 'node:net'
import { errorCode } from './errors.ts'

/** Whether nobody listens there. A port that this user may not have may be Docker's to give. */
export function isFreePort(port: number, address = '127.0.0.1'): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', error => resolve(errorCode(error) !== 'EADDRINUSE'))
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** A port of the loopback that nobody listens on just now. */
export function ephemeralPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
