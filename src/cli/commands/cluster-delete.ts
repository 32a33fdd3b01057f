import type { Command } from '../command.ts'

export const clusterDelete: Command = {
  name: 'cluster delete',
  summary: 'Delete the cluster that devk made, and say what was removed',
  args: '[name]',
  options: [{ flags: '--purge', about: 'With the last cluster, the registry’s images go too' }],
  examples: ['devk cluster delete', 'devk cluster delete shop', 'devk cluster delete --purge'],
  async run({ args, flags }, { ask }) {
    const value = await ask('cluster.delete', { name: args[0], purge: flags.has('purge') })
    const text =
      value.removed.length === 0
        ? `There is no cluster ${value.name}: nothing to remove.`
        : ['Removed:', ...value.removed.map(item => `  ${item}`)].join('\n')
    return { json: value, text }
  },
}
