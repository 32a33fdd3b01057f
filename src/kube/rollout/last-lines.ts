import type { Hidden } from '../../base/hidden/hidden.ts'
import type { KubeApi } from '../api.ts'
import { podPath } from '../pod-path.ts'
import { containerStatus } from './container-status.ts'
import type { Pod } from './objects.ts'

const LINES = 15

/** The last lines of what a container printed: of the run that crashed where it runs again already. None is no error. */
export async function lastLines(
  api: KubeApi,
  pod: Pod,
  container: string,
  { signal, hidden }: { signal: AbortSignal; hidden: Hidden },
): Promise<string[]> {
  const { state, lastState } = containerStatus(pod, container) ?? {}
  const crashed = state?.terminated === undefined && lastState?.terminated !== undefined
  const path = podPath(pod.metadata.namespace ?? '', pod.metadata.name, 'log')
  for (const previous of crashed ? [true, false] : [false]) {
    const query = new URLSearchParams({
      container,
      tailLines: String(LINES),
      ...(previous && { previous: 'true' }),
    })
    const text = await api.text(`${path}?${query}`, { signal }).catch(() => '')
    signal.throwIfAborted()
    if (text.trim() !== '') return hidden.redact(text.trimEnd()).split('\n')
  }
  return []
}
