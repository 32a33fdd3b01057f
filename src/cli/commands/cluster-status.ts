import { statusText } from '../cluster-text.ts'
import type { Command } from '../command.ts'

export const clusterStatus: Command = {
  name: 'cluster status',
  summary: 'Show the cluster: its state and why, its nodes, its registry',
  args: '[name]',
  options: [],
  examples: ['devk cluster status', 'devk cluster status shop --json'],
  async run({ args }, { ask }) {
    const value = await ask('cluster.status', { name: args[0] })
    return { json: value, text: statusText(value) }
  },
}
