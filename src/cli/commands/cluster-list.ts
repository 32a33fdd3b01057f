import { listText } from '../cluster-text.ts'
import type { Command } from '../command.ts'

export const clusterList: Command = {
  name: 'cluster list',
  summary: 'List every kind and k3d cluster of this machine, and which of them are devk’s',
  options: [],
  examples: ['devk cluster list', 'devk cluster list --json'],
  async run(_, { ask }) {
    const value = await ask('cluster.list', {})
    return { json: value, text: listText(value) }
  },
}
