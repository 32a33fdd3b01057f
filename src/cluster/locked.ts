import { withLock } from '../exec/lock.ts'
import type { Clusters } from './clusters.ts'

/** One command at a time changes a cluster; another waits, and says for whom. */
export function locked<T>(
  { records, steps, signal }: Clusters,
  name: string,
  purpose: string,
  work: () => Promise<T>,
): Promise<T> {
  return withLock(
    records.lock(name),
    {
      purpose,
      signal,
      onWait: holder =>
        steps.note(`Waiting for another devk (process ${holder.pid}), which is ${holder.purpose}.`),
    },
    work,
  )
}
