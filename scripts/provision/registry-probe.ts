import type { Reachability } from './machine.ts'

const REGISTRY = 'https://registry-1.docker.io/v2/'
const BOUND_MS = 3_000

/**
 * Whether an image registry answers, asked once and for a bounded time: a closed network answers at once or never.
 * A registry greets with 200, or 401 and how to log in; anything else is a proxy in between.
 */
export async function probeRegistry(
  signal: AbortSignal,
  { url = REGISTRY, boundMs = BOUND_MS }: { url?: string; boundMs?: number } = {},
): Promise<Reachability> {
  try {
    const bound = AbortSignal.any([signal, AbortSignal.timeout(boundMs)])
    const { status, headers, body } = await fetch(url, { signal: bound, redirect: 'manual' })
    await body?.cancel()
    const isRegistry = headers.get('docker-distribution-api-version') === 'registry/2.0'
    return isRegistry && (status === 200 || status === 401) ? 'reachable' : 'unreachable'
  } catch {
    signal.throwIfAborted()
    return 'unreachable'
  }
}
