import { type RequestOptions, request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { KubeConfig } from '@kubernetes/client-node'
import { DevkError } from '../base/errors.ts'
import { serverOf } from './kubeconfig.ts'

export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: Record<string, string> }
  [field: string]: unknown
}

export interface KubeApi {
  readonly server: string
  /** Throws KUBE_UNREACHABLE where nothing answers in time, KUBE_REFUSED with the API's own words otherwise. */
  get<T>(path: string, options?: CallOptions): Promise<T>
  /** Server-side apply with our field manager; an unknown field is an error. `path` names the object itself. */
  apply(path: string, object: KubeObject, options?: CallOptions): Promise<void>
}

export interface CallOptions {
  signal?: AbortSignal | undefined
  timeout?: number
}

const FIELD_MANAGER = 'devk'

/** Raw JSON over the API: the client library's typed patch drops unknown fields silently. */
export function kubeApi(config: KubeConfig): KubeApi {
  return {
    server: serverOf(config),
    get: async <T>(path: string, options: CallOptions = {}) =>
      JSON.parse(await call(config, 'GET', path, options)) as T,
    apply: async (path, object, options = {}) => {
      const query = `fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`
      await call(config, 'PATCH', `${path}?${query}`, options, JSON.stringify(object))
    },
  }
}

async function call(
  config: KubeConfig,
  method: string,
  path: string,
  { signal, timeout = 5_000 }: CallOptions,
  body?: string,
): Promise<string> {
  const server = serverOf(config)
  const limit = AbortSignal.timeout(timeout)
  const options: RequestOptions = {
    method,
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/apply-patch+yaml' }) },
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  }
  await config.applyToHTTPSOptions(options as Parameters<KubeConfig['applyToHTTPSOptions']>[0])
  try {
    const { status, answer } = await send(new URL(server.replace(/\/$/, '') + path), options, body)
    if (status >= 200 && status < 300) return answer
    throw refused(method, path, status, answer)
  } catch (error) {
    if (error instanceof DevkError) throw error
    signal?.throwIfAborted()
    throw new DevkError({
      code: 'KUBE_UNREACHABLE',
      message: `The Kubernetes API at ${server} does not answer: ${limit.aborted ? `nothing within ${timeout / 1000} s` : (error as Error).message}.`,
      cause: error,
    })
  }
}

function send(url: URL, options: RequestOptions, body?: string): Promise<{ status: number; answer: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, response => {
      text(response).then(answer => resolve({ status: response.statusCode ?? 0, answer }), reject)
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

function refused(method: string, path: string, status: number, answer: string): DevkError {
  let said = answer.trim()
  try {
    said = (JSON.parse(answer) as { message?: string }).message ?? said
  } catch {
    // A proxy's or an early API server's plain words.
  }
  return new DevkError({
    code: 'KUBE_REFUSED',
    message: `Kubernetes refused ${method} ${path} (${status}): ${said}`,
  })
}
