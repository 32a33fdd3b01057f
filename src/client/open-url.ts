import { devNull } from 'node:os'
import { sleep } from '../base/time.ts'
import { startDetached } from '../exec/detached.ts'

const openers: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' }

/** Some are the browser themselves and stay; one that has nothing to show it with ends at once. */
const PATIENCE_MS = 2_000

/** Has the user's browser show it; false where this machine has none to ask. */
export async function openUrl(url: string, signal: AbortSignal): Promise<boolean> {
  const file = openers[process.platform] ?? 'xdg-open'
  const { ended } = startDetached({ file, args: [url] }, devNull)
  const code = await Promise.race([ended.catch(() => 1), sleep(PATIENCE_MS, signal).then(() => 0)])
  // Explorer answers with 1 whatever it did.
  return code === 0 || process.platform === 'win32'
}
