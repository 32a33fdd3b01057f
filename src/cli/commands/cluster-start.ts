import type { Command } from '../command.ts'

export const clusterStart: Command = {
  name: 'cluster start',
  summary: 'Start a stopped cluster, with everything that was in it',
  args: '[name]',
  options: [],
  examples: ['devk cluster start', 'devk cluster start shop'],
  async run({ args }, { ask }) {
    const value = await ask('cluster.start', { name: args[0] })
    const text =
      value.outcome === 'started'
        ? `Cluster ${value.name} runs again.`
        : `Cluster ${value.name} runs already.`
    return { json: value, text }
  },
}
