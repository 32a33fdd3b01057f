import type { Command } from '../command.ts'

export const down: Command = {
  name: 'down',
  summary: 'Take away what up made, from what was recorded: the project file may be broken or gone',
  options: [
    { flags: '--keep-cluster', about: 'Remove only what was deployed into it' },
    { flags: '--purge', about: 'With the last cluster, the registry’s images go too' },
    { flags: '--yes', about: 'Don’t ask, also where volumes with data go' },
  ],
  examples: ['devk down', 'devk down --keep-cluster', 'devk down --yes --purge'],
  async run({ flags }, { askProject, confirm, isInteractive }) {
    const input = { keepCluster: flags.has('keep-cluster'), purge: flags.has('purge') }
    if (isInteractive && !flags.has('yes')) {
      const { volumes } = await askProject('down.volumes', input, 'use')
      const question = `The data of ${volumes.join(', ')} will be lost. Go on?`
      if (volumes.length > 0 && !(await confirm(question))) {
        return { json: { name: undefined, removed: [] }, text: 'Nothing was changed.', exitCode: 1 }
      }
    }
    const value = await askProject('down', input, 'end')
    const text =
      value.name === undefined
        ? 'Nothing of this project was brought up: nothing to remove.'
        : [`${value.name} is down. Removed:`, ...value.removed.map(item => `  ${item}`)].join('\n')
    return { json: value, text }
  },
}
