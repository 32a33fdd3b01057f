import type { DevkError } from '../base/errors.ts'

/** 0 done, 1 failed, 2 usage or project file, 3 the daemon can't be reached, 130 interrupted. */
export function exitCodeOf({ code }: DevkError): number {
  if (code === 'INTERRUPTED') return 130
  if (['SERVER_ENDED', 'DAEMON_UNREACHABLE', 'DAEMON_ENDED'].includes(code)) return 3
  return ['USAGE', 'PROJECT_INVALID', 'PROJECT_MISSING', 'CLUSTER_CONFIG'].includes(code) ? 2 : 1
}
