import type { Command } from '../command.ts'

export const clusterStop: Command = {
  name: 'cluster stop',
  summary: 'Stop the cluster and keep everything in it',
  args: '[name]',
  options: [],
  examples: ['devk cluster stop', 'devk cluster stop shop'],
  async run({ args }, { ask }) {
    const value = await ask('cluster.stop', { name: args[0] })
    const text =
      value.outcome === 'stopped'
        ? `Cluster ${value.name} is stopped; devk cluster start ${value.name} goes on with it.`
        : `Cluster ${value.name} is stopped already.`
    return { json: value, text }
  },
}
