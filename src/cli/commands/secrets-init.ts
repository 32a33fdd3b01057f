import type { Command } from '../command.ts'
import { initText } from '../secrets-text.ts'

export const secretsInit: Command = {
  name: 'secrets init',
  summary:
    'Begin with encrypted files: an age key of yours, a .sops.yaml, and an example; what is there stays',
  options: [],
  examples: ['devk secrets init', 'devk secrets init --json'],
  async run(_, { ask }) {
    const value = await ask('secrets.init', {})
    return { json: value, text: initText(value) }
  },
}
