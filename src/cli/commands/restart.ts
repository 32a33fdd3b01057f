import type { Command } from '../command.ts'

export const restart: Command = {
  name: 'restart',
  summary: 'Replace a service’s pods; the old ones serve until the new ones are ready',
  args: '<services...>',
  options: [],
  examples: ['devk restart api', 'devk restart api worker'],
  async run({ args }, { askProject }) {
    const value = await askProject('restart', { services: args }, 'use')
    const { restarted } = value
    const text =
      restarted.length > 0
        ? `Restarted ${restarted.join(', ')}.`
        : 'There is nothing to restart: no workload runs on.'
    return { json: value, text }
  },
}
