import type { Command } from '../command.ts'
import { secretsText } from '../secrets-text.ts'

export const secretsCheck: Command = {
  name: 'secrets check',
  summary: 'Decrypt every SOPS file that git tracks and verify it; nothing decrypted is shown or kept',
  options: [],
  examples: ['devk secrets check', 'devk secrets check --json'],
  async run(_, { ask }) {
    const value = await ask('secrets.check', {})
    const bad = value.files.some(({ fault }) => fault !== undefined)
    return { json: value, text: secretsText(value.files), exitCode: bad ? 1 : 0 }
  },
}
