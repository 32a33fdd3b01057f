import { once } from 'node:events'

/** To stdout, no faster than it is read. Ends the process where nobody reads it any more: there is nothing left to do. */
export async function writeAll(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  if (bytes.length === 0) return
  const { stdout } = process
  if (stdout.listenerCount('error') === 0) {
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(0)
    })
  }
  if (!stdout.write(bytes)) await once(stdout, 'drain', { signal }).catch(() => {})
}
