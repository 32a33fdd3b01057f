import http from 'node:http'
import https, { type RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { serverOf } from './kubeconfig.ts'

/** Where a request for this path goes, and these options with all that shows the server who asks. */
export async function addressRequest(
  config: KubeConfig,
  path: string,
  options: RequestOptions,
): Promise<[URL, RequestOptions]> {
  const own = { ...options }
  await config.applyToHTTPSOptions(own as Parameters<KubeConfig['applyToHTTPSOptions']>[0])
  return [new URL(serverOf(config).replace(/\/$/, '') + path), own]
}

export function clientOf(config: KubeConfig): typeof http | typeof https {
  return serverOf(config).startsWith('http:') ? http : https
}
