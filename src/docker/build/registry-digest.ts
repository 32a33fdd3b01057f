import { request } from 'node:http'
import { DevkError, errorCode } from '../../base/errors.ts'
import { sleep } from '../../base/time.ts'
import { MANIFEST_KINDS } from '../manifest-kinds.ts'

const PATIENCE_MS = 5_000
const PAUSE_MS = 100

/**
 * The digest that a registry of this machine has under a tag; undefined where it has none.
 * Throws REGISTRY_SILENT where it does not answer, or not as a registry does.
 */
export async function digestInRegistry(
  host: string,
  repository: string,
  tag: string,
  { signal }: { signal: AbortSignal },
): Promise<string | undefined> {
  signal.throwIfAborted()
  const limit = AbortSignal.timeout(PATIENCE_MS)
  try {
    const path = `/v2/${repository}/manifests/${tag}`
    const { status, digest } = await askAgain(`http://${host}${path}`, AbortSignal.any([signal, limit]))
    if (status === 404) return undefined
    if (status !== 200) throw new Error(`it answered HEAD ${path} with ${status}`)
    if (!digest) throw new Error(`it answered HEAD ${path} without a digest`)
    return digest
  } catch (cause) {
    signal.throwIfAborted()
    const why = limit.aborted ? `no answer within ${PATIENCE_MS / 1_000} s` : reason(cause)
    throw new DevkError({
      code: 'REGISTRY_SILENT',
      message: `The image registry at ${host} can't say whether it has ${repository}:${tag}: ${why}.`,
      hint: 'Does its container run? docker ps --all shows it. devk cluster create starts it again.',
      cause,
    })
  }
}

/** Docker takes connections for a registry that was just started and does not listen yet, and hangs up. */
async function askAgain(url: string, signal: AbortSignal): ReturnType<typeof head> {
  while (true) {
    try {
      return await head(url, signal)
    } catch (error) {
      if (errorCode(error) !== 'ECONNRESET') throw error
      await sleep(PAUSE_MS, signal)
    }
  }
}

function head(url: string, signal: AbortSignal): Promise<{ status: number; digest: string | undefined }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'HEAD', signal, headers: { Accept: MANIFEST_KINDS.join(', ') } })
    asked.once('error', reject)
    asked.once('response', response => {
      response.resume()
      const digest = response.headers['docker-content-digest']
      resolve({ status: response.statusCode ?? 0, digest: Array.isArray(digest) ? digest[0] : digest })
    })
    asked.end()
  })
}

function reason(cause: unknown): string {
  // Where a name has two addresses, the error of both has no message of its own.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
  return first instanceof Error ? first.message : String(first)
}
