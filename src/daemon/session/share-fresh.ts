import type { RunReport } from '../../model/project-status.ts'
import type { Asked, SharedRuns, Work } from './shared-runs.ts'

/**
 * One run for all who ask for the same at once. Whoever joined one that had begun before has all looked at once more
 * after it: what was saved in between is in what is answered.
 */
export async function shareFresh<T extends { run: RunReport }>(
  runs: SharedRuns,
  asked: Asked,
  work: Work<T>,
): Promise<T> {
  const { value, joined } = await runs.share(asked, work)
  if (!joined || !isWell(value.run)) return value
  const { value: own } = await runs.share(asked, work)
  const idle = isWell(own.run) && own.run.done.length === 0 && own.run.removed.length === 0
  return idle ? value : own
}

function isWell({ failures, held }: RunReport): boolean {
  return failures.length === 0 && held.length === 0
}
