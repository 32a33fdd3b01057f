import type { Command } from '../command.ts'
import { followStatus } from '../follow-status.ts'
import { projectStatusText } from '../project-text.ts'

export const status: Command = {
  name: 'status',
  summary: 'Show each service: its state and why, its pods, its image, where it can be opened',
  endsByInterrupt: true,
  options: [{ flags: '--watch', about: 'Show it again whenever it changes' }],
  examples: ['devk status', 'devk status --watch', 'devk status --json'],
  async run({ flags }, context) {
    if (flags.has('watch'))
      return await followStatus(context, { keyOf: flags.has('json') ? JSON.stringify : projectStatusText })
    const value = await context.askProject('status', {}, 'use')
    return { json: value, text: projectStatusText(value) }
  },
}
