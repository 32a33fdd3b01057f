/** An address of this machine as it is written before a port: IPv6 in brackets. */
export const ADDRESS = String.raw`\[[\da-fA-F:]+\]|\d+(?:\.\d+){3}`

const LOOPBACK = '127.0.0.1'

/** Without the brackets; the loopback where none is written out. */
export function parseAddress(written = LOOPBACK): string {
  return written.replace(/[[\]]/g, '')
}

/** `[::1]:`, and nothing for the loopback: what stands before a port. */
export function formatAddress(address: string): string {
  return address === LOOPBACK ? '' : `${bracketed(address)}:`
}

/** How a program of this machine names whoever listens there. */
export function hostOf(address: string): string {
  return [LOOPBACK, '0.0.0.0', '::1', '::'].includes(address) ? 'localhost' : bracketed(address)
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}

/** `[::1]`: as it stands before a port. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
