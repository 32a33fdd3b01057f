import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { KubeConfig } from '@kubernetes/client-node'
import { DevkError } from '../base/errors.ts'
import { serverOf } from './kubeconfig.ts'
import type { KubeObject } from './object.ts'
import { isRefusal, KubeRefusal } from './refusal.ts'
import { type ConnectionOptions, type SpdyConnection, spdyConnection } from './spdy/connection.ts'
import { upgrade } from './spdy/upgrade.ts'
import { type Ask, transport } from './transport.ts'

export type { KubeObject } from './object.ts'

/** Each throws KUBE_UNREACHABLE where nothing answers in time, else KUBE_REFUSED (a KubeRefusal) with the API's own words. */
export interface KubeApi {
  readonly server: string
  get<T>(path: string, options?: CallOptions): Promise<T>
  /** An answer that is no JSON, as a pod's log. */
  text(path: string, options?: CallOptions): Promise<string>
  /** Server-side apply, of all that its field manager wants; an unknown field is an error. `path` names the object itself. */
  apply(path: string, object: KubeObject, options?: ApplyCallOptions): Promise<Applied>
  /** Merges into what is there, as Kubernetes does it by each field's own rule. `path` may name a part of an object. */
  patch(path: string, change: unknown, options?: CallOptions): Promise<KubeObject>
  /** What is left of the object: undefined where it is gone, the object where something holds it. */
  delete(path: string, how: DeleteHow, options?: CallOptions): Promise<KubeObject | undefined>
  /** The answer as it comes; `timeout` counts until it begins. Its owner destroys it, and so does the signal. */
  stream(path: string, options?: CallOptions): Promise<Readable>
  /** A connection for bundled streams under a subprotocol of Kubernetes': its owner closes it. */
  connect(
    path: string,
    protocol: string,
    signal: AbortSignal,
    options?: ConnectionOptions,
  ): Promise<SpdyConnection>
}

export interface Applied {
  object: KubeObject
  /** It was not there before. */
  created: boolean
}

export interface DeleteHow {
  propagation: 'Background' | 'Foreground' | 'Orphan'
  /** Only this very object, not one of the same name that was made since. */
  uid?: string | undefined
}

export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Milliseconds; 5 s unless told. */
  timeout?: number
  /** Another form of the answer than plain JSON. */
  accept?: string
}

export interface ApplyCallOptions extends CallOptions {
  /** Who wants it: what another manager applied stays. FIELD_MANAGER unless told. */
  manager?: string
}

export const FIELD_MANAGER = 'devk'

/** Raw JSON over the API: the client library's typed patch drops unknown fields silently. */
export function kubeApi(config: KubeConfig): KubeApi {
  const server = serverOf(config)
  const send = transport(config)
  const ask = async (
    what: { method: string; path: string; body?: string; type?: string; until?: Ask['patience']['until'] },
    { signal, timeout = 5_000, accept = 'application/json' }: CallOptions,
  ): Promise<IncomingMessage> => {
    const { method, path, body, type = 'application/json', until = 'end' } = what
    const headers = { accept, ...(body !== undefined && { 'content-type': type }) }
    const patience = { ms: timeout, until }
    const response = await send({ method, path, headers, body, signal, patience })
    const status = response.statusCode ?? 0
    if (status >= 200 && status < 300) return response
    throw new KubeRefusal(method, path, status, await text(response))
  }
  const reached = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof DevkError) throw error
      signal?.throwIfAborted()
      throw unreachable(server, error)
    }
  }
  const read = (what: Parameters<typeof ask>[0], options: CallOptions) =>
    reached(options.signal, async () => {
      const response = await ask(what, options)
      return { status: response.statusCode, answer: await text(response) }
    })
  return {
    server,
    get: async <T>(path: string, options: CallOptions = {}) =>
      JSON.parse((await read({ method: 'GET', path }, options)).answer) as T,
    text: async (path, options = {}) => (await read({ method: 'GET', path }, options)).answer,
    apply: async (path, object, options = {}) => {
      const { manager = FIELD_MANAGER } = options
      const query = `fieldManager=${encodeURIComponent(manager)}&force=true&fieldValidation=Strict`
      const body = JSON.stringify(object)
      const type = 'application/apply-patch+yaml'
      const { status, answer } = await read(
        { method: 'PATCH', path: `${path}?${query}`, body, type },
        options,
      )
      return { object: JSON.parse(answer) as KubeObject, created: status === 201 }
    },
    patch: async (path, change, options = {}) => {
      const type = 'application/strategic-merge-patch+json'
      const asked = { method: 'PATCH', path, body: JSON.stringify(change), type }
      return JSON.parse((await read(asked, options)).answer) as KubeObject
    },
    delete: async (path, { propagation, uid }, options = {}) => {
      const how = { propagationPolicy: propagation, ...(uid !== undefined && { preconditions: { uid } }) }
      try {
        const { answer } = await read({ method: 'DELETE', path, body: JSON.stringify(how) }, options)
        const left = JSON.parse(answer) as KubeObject
        // Some kinds answer with what was, although nothing of it is left.
        return left.metadata?.deletionTimestamp === undefined ? undefined : left
      } catch (error) {
        // 409: what bears the name now is another one.
        if (isRefusal(error, 404) || (uid !== undefined && isRefusal(error, 409))) return undefined
        throw error
      }
    },
    stream: (path, options = {}) =>
      reached(options.signal, () => ask({ method: 'GET', path, until: 'begin' }, options)),
    connect: (path, protocol, signal, options) =>
      reached(signal, async () => spdyConnection(await upgrade(config, { path, protocol, signal }), options)),
  }
}

function unreachable(server: string, cause: unknown): DevkError {
  return new DevkError({
    code: 'KUBE_UNREACHABLE',
    message: `The Kubernetes API at ${server} does not answer: ${(cause as Error).message}.`,
    cause,
  })
}
