import { sleep } from '../base/time.ts'
import type { Answer, CommandContext } from './command.ts'
import { projectStatusText } from './project-text.ts'

const EVERY_MS = 500

/** Prints the status whenever it differs from what was printed last, until Ctrl-C. */
export async function followStatus(
  { askProject, print, signal }: CommandContext,
  json: boolean,
): Promise<Answer> {
  let last = ''
  while (!signal.aborted) {
    const value = await askProject('status', {}, 'use')
    const answer = { json: value, text: `${projectStatusText(value)}\n` }
    const shown = json ? JSON.stringify(value) : answer.text
    if (shown !== last) print(answer)
    last = shown
    await sleep(EVERY_MS, signal).catch(() => {})
  }
  return { json: undefined, text: '' }
}
