import { connect } from 'node:net'
import { poll } from '../base/time.ts'

const LIMIT_MS = 10_000
const HELD_MS = 100

/**
 * Waits until connections to the addresses reach somebody: a node learns of a ready pod a moment after the API server
 * does, and closes what comes before. Returns those that did not in time; nothing is sent to any of them.
 */
export async function unanswering(urls: readonly string[], signal: AbortSignal): Promise<string[]> {
  const waiting = urls.map(async url => ((await answers(url, signal)) ? [] : [url]))
  return (await Promise.all(waiting)).flat()
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.timeout(LIMIT_MS)
  try {
    const ask = async () => (await isHeld(url)) || undefined
    return await poll(ask, { every: 50, signal: AbortSignal.any([signal, limit]) })
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted) return false
    throw error
  }
}

/** A connection that stays open is somebody's; one that nobody takes is closed at once. */
function isHeld(url: string): Promise<boolean> {
  const { hostname: host, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect({ host, port: Number(port || 80) })
    const end = (held: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(held)
    }
    const timer = setTimeout(() => end(!socket.connecting), HELD_MS)
    // A server that speaks first has spoken.
    socket.once('data', () => end(true))
    for (const event of ['end', 'close'] as const) socket.once(event, () => end(false))
    socket.on('error', () => end(false))
  })
}
