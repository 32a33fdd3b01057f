import { sleep } from '../base/time.ts'
import type { ProjectStatus } from '../model/project-status.ts'
import type { Answer, CommandContext } from './command.ts'
import { projectStatusText } from './project-text.ts'

const EVERY_MS = 500

/**
 * Prints the status whenever it differs from what was printed last, until Ctrl-C, by what `keyOf` makes of it.
 */
export async function followStatus(
  { askProject, print, signal }: CommandContext,
  {
    jsonOf = status => status,
    keyOf,
  }: { jsonOf?: (status: ProjectStatus) => unknown; keyOf: (status: ProjectStatus) => string },
): Promise<Answer> {
  let last = ''
  while (!signal.aborted) {
    const status = await askProject('status', {}, 'use')
    const key = keyOf(status)
    if (key !== last) print({ json: jsonOf(status), text: `${projectStatusText(status)}\n` })
    last = key
    await sleep(EVERY_MS, signal).catch(() => {})
  }
  return { json: undefined, text: '' }
}
