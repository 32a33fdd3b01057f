import http from 'node:http'
import https, { type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { KubeConfig } from '@kubernetes/client-node'
import { serverOf } from '../kubeconfig.ts'
import { KubeRefusal } from '../refusal.ts'

const PATIENCE_MS = 10_000

/**
 * A connection of its own, on which the API server has agreed to speak SPDY. Throws KUBE_REFUSED where it does not agree,
 * and what the connection itself failed with.
 */
export async function upgrade(
  config: KubeConfig,
  { path, protocol, signal }: { path: string; protocol: string; signal: AbortSignal },
): Promise<Duplex> {
  const server = serverOf(config)
  const url = new URL(server.replace(/\/$/, '') + path)
  const headers = {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': protocol,
    'content-length': 0,
  }
  const limited = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  const options: RequestOptions = { method: 'POST', headers, signal: limited, agent: false }
  await config.applyToHTTPSOptions(options as Parameters<KubeConfig['applyToHTTPSOptions']>[0])
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>()
  const request = (url.protocol === 'http:' ? http : https).request(url, options)
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
  request.on('error', reject)
  request.end()
  return await promise
}
