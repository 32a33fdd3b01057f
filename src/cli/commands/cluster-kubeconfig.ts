import type { Command } from '../command.ts'

export const clusterKubeconfig: Command = {
  name: 'cluster kubeconfig',
  summary: 'Print the cluster’s kubeconfig, or add it to yours without changing your current context',
  args: '[name]',
  options: [{ flags: '--merge', about: 'Add it to your kubeconfig instead of printing it' }],
  examples: ['devk cluster kubeconfig > shop.kubeconfig', 'devk cluster kubeconfig shop --merge'],
  async run({ args, flags }, { ask }) {
    const value = await ask('cluster.kubeconfig', { name: args[0], merge: flags.has('merge') })
    const text = value.mergedInto
      ? `Added the context ${value.context} to ${value.mergedInto}. Your current context is as it was.\nTry: kubectl --context ${value.context} get nodes`
      : value.kubeconfig
    return { json: value, text }
  },
}
