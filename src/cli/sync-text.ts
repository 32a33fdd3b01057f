import { formatDuration } from '../base/time.ts'
import type { SyncStatus } from '../model/activity.ts'

/** `in sync (3 files, 12 ms)`, `syncing 4 files`. */
export function syncText(sync: SyncStatus | undefined): string {
  if (!sync) return '-'
  const { state, behind, last } = sync
  if (behind > 0) return `${state} ${files(behind)}`
  return last && state === 'in sync' ? `${state} (${files(last.files)}, ${formatDuration(last.ms)})` : state
}

function files(count: number): string {
  return `${count} file${count === 1 ? '' : 's'}`
}
