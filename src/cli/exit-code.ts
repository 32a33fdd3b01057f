import type { DevkError } from '../base/errors.ts'

/** 0 done, 1 failed, 2 usage or project file, 3 the daemon can't be reached, 130 interrupted; 126 and 127 as shells. */
export function exitCodeOf({ code }: DevkError): number {
  if (code === 'INTERRUPTED') return 130
  if (code === 'COMMAND_NOT_FOUND') return 127
  if (code === 'COMMAND_NOT_EXECUTABLE') return 126
  if (['SERVER_ENDED', 'DAEMON_UNREACHABLE', 'DAEMON_ENDED'].includes(code)) return 3
  return ['USAGE', 'PROJECT_INVALID', 'PROJECT_MISSING', 'CLUSTER_CONFIG'].includes(code) ? 2 : 1
}
