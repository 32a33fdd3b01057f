import type { ClientRequest, IncomingMessage } from 'node:http'
import type { KubeConfig } from '@kubernetes/client-node'
import { addressRequest, clientOf } from './address-request.ts'

export interface Ask {
  method: string
  path: string
  headers: Record<string, string>
  body?: string | undefined
  signal?: AbortSignal | undefined
  /** How long nothing may come: until the whole answer is read, or only until it begins. */
  patience: { ms: number; until: 'end' | 'begin' }
}

export type Transport = (ask: Ask) => Promise<IncomingMessage>

/** Requests over connections that are kept open: a new one costs more than most requests. */
export function transport(config: KubeConfig): Transport {
  const { request, Agent } = clientOf(config)
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 8 })
  const proxied = config.getCurrentCluster()?.proxyUrl !== undefined
  return async ask => {
    // Node gives a DELETE's body no length by itself.
    const length = ask.body === undefined ? {} : { 'content-length': Buffer.byteLength(ask.body) }
    const headers = { ...ask.headers, ...length }
    const [url, options] = await addressRequest(config, ask.path, { method: ask.method, headers })
    const attempt = (own: typeof agent | false) =>
      send(request(url, { ...options, ...(!proxied && { agent: own }) }), ask)
    try {
      return await attempt(agent)
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error
      // Others that are kept may be closed as well.
      return await attempt(false)
    }
  }
}

/** The server had closed a kept connection before it could read the request. */
class StaleConnection extends Error {}

function send(sent: ClientRequest, { body, patience, signal }: Ask): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  let response: IncomingMessage | undefined
  const end = (why: Error) => (response ?? sent).destroy(why)
  const abort = () => end(signal?.reason as Error)
  const timer = setTimeout(() => end(new Error(`nothing within ${patience.ms / 1000} s`)), patience.ms)
  sent.once('response', incoming => {
    response = incoming
    if (patience.until === 'begin') clearTimeout(timer)
    // Who reads the answer is told by its own promise; an error after that is nobody's.
    incoming.on('error', () => {})
    resolve(incoming)
  })
  sent.on('error', (error: NodeJS.ErrnoException) => {
    const stale = sent.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
    reject(stale ? new StaleConnection(error.message, { cause: error }) : error)
  })
  sent.once('close', () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  })
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  sent.end(body)
  return promise
}
