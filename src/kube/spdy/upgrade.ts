import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { KubeConfig } from '@kubernetes/client-node'
import { addressRequest, clientOf } from '../address-request.ts'
import { KubeRefusal } from '../refusal.ts'

export interface UpgradeRequest {
  path: string
  protocol: string
  /** Ends the attempt, and not the connection that came of it. */
  signal: AbortSignal
  patienceMs?: number
}

const PATIENCE_MS = 10_000

/**
 * A connection of its own, on which the API server has agreed to speak SPDY. Throws KUBE_REFUSED where it does not agree,
 * and what the connection itself failed with.
 */
export async function upgrade(
  config: KubeConfig,
  { path, protocol, signal, patienceMs = PATIENCE_MS }: UpgradeRequest,
): Promise<Duplex> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': protocol,
    'content-length': 0,
  }
  const limited = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  const addressed = await addressRequest(config, path, { method: 'POST', headers, signal: limited })
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>()
  const request = clientOf(config).request(...addressed)
  request.once('upgrade', (_, socket, head) => {
    if (head.length > 0) socket.unshift(head)
    resolve(socket)
  })
  request.once('response', response => {
    text(response).then(
      answer => reject(new KubeRefusal('POST', path, response.statusCode ?? 0, answer)),
      reject,
    )
  })
  request.on('error', error => reject(limited.aborted ? limited.reason : error))
  request.end()
  return await promise
}
