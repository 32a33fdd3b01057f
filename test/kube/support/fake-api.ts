import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'
import { type KubeApi, kubeApi } from '../../../src/kube/api.ts'

export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  accept: string
  body: string
}

export type Answer = (asked: Asked, response: ServerResponse) => unknown

export interface FakeApi extends AsyncDisposable {
  api: KubeApi
  /** `GET /api/v1/pods`, in their order. */
  requests: Asked[]
  /** Those of them that are no look-ups, in short. */
  changes: () => string[]
  server: ReturnType<typeof createServer>
}

/** An HTTP server that stands for a cluster's API: the answer is JSON, or whatever was written to the response. */
export async function fakeApi(answer: Answer): Promise<FakeApi> {
  const requests: Asked[] = []
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy())
  })
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://fake')
    const asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      accept: request.headers.accept ?? '',
      body: await text(request),
    }
    requests.push(asked)
    const body = await answer(asked, response)
    if (response.headersSent || response.destroyed) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body ?? {}))
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    api: kubeApi(configOf(`http://127.0.0.1:${port}`)),
    requests,
    server,
    changes: () =>
      requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export function configOf(server: string): KubeConfig {
  const config = new KubeConfig()
  config.loadFromClusterAndUser({ name: 'fake', server, skipTLSVerify: true }, { name: 'fake' })
  return config
}

/** An answer as Kubernetes refuses. */
export function refuse(
  response: ServerResponse,
  code: number,
  message: string,
  more: { reason?: string; causes?: object[] } = {},
): unknown {
  response.statusCode = code
  const { reason, causes } = more
  return { kind: 'Status', code, message, reason, ...(causes && { details: { causes } }) }
}
