import { sleep } from '../base/time.ts'
import type { ProjectStatus } from '../model/project-status.ts'
import type { Answer, CommandContext } from './command.ts'
import { projectStatusText } from './project-text.ts'

const EVERY_MS = 500

/** Shows what devk does by itself, as it does it, and the status whenever it is another one, until Ctrl-C. */
export async function attach({ follow, askProject, print, signal }: CommandContext): Promise<Answer> {
  const telling = follow('activity', {}, activity => {
    print({ json: { activity }, text: `${activity.at.slice(11, 19)} ${activity.message}` })
  })
  let last = ''
  while (!signal.aborted) {
    const status = await askProject('status', {}, 'use')
    const shown = JSON.stringify(lasting(status))
    if (shown !== last) print({ json: { status }, text: `${projectStatusText(status)}\n` })
    last = shown
    await sleep(EVERY_MS, signal).catch(() => {})
  }
  await telling
  return { json: undefined, text: '' }
}

/** What comes and goes with each save is told as activity. */
function lasting({ running: _, services, ...status }: ProjectStatus) {
  return {
    ...status,
    services: services.map(({ name, state, why, ready, wanted }) => ({ name, state, why, ready, wanted })),
  }
}
