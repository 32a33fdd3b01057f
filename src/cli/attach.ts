import type { ProjectStatus } from '../model/project-status.ts'
import type { Answer, CommandContext } from './command.ts'
import { followStatus } from './follow-status.ts'

/** Shows what devk does by itself, as it does it, and the status whenever it is another one, until Ctrl-C. */
export async function attach(context: CommandContext): Promise<Answer> {
  const telling = context.follow('activity', {}, activity => {
    context.print({ json: { activity }, text: `${activity.at.slice(11, 19)} ${activity.message}` })
  })
  const following = followStatus(context, {
    jsonOf: status => ({ status }),
    keyOf: status => JSON.stringify(lasting(status)),
  })
  const [answer] = await Promise.all([following, telling])
  return answer
}

/** What comes and goes with each save is told as activity. */
function lasting({ running: _, services, ...status }: ProjectStatus) {
  return {
    ...status,
    services: services.map(({ name, state, why, ready, wanted }) => ({ name, state, why, ready, wanted })),
  }
}
