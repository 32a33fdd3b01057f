import type { SyncRule } from '../model/sync.ts'

/**
 * Whether what follows on a change by a rule is due at once: nothing else of it is another than before. One that needs new
 * pods has them soon.
 */
export function isRestartedNow({ restart, ...rule }: SyncRule, before: readonly SyncRule[]): boolean {
  if (restart.how === 'none' || restart.how === 'process') return false
  return before.some(
    ({ restart: other, ...each }) =>
      sameRule(each, rule) && JSON.stringify(other) !== JSON.stringify(restart),
  )
}

function sameRule(a: Omit<SyncRule, 'restart'>, b: Omit<SyncRule, 'restart'>): boolean {
  return a.from === b.from && a.to === b.to && a.container === b.container
}
