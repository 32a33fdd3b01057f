import { DevkError } from '../../base/errors.ts'
import type { Command } from '../command.ts'

export const secretsEdit: Command = {
  name: 'secrets edit',
  summary: 'Edit an encrypted file: its plaintext is in memory only, and only what you change changes in it',
  args: '<file>',
  options: [],
  examples: ['devk secrets edit secrets/api.yaml', 'devk secrets edit secrets/tls.key'],
  wraps: true,
  async run({ args: [file] }, context) {
    if (file === undefined) {
      throw new DevkError({
        code: 'USAGE',
        message: 'devk secrets edit takes a file.',
        hint: 'Write devk secrets edit FILE.',
      })
    }
    const edited = await (await import('../edit-secret.ts')).editSecret(file, context)
    const text = {
      created: `${file} is encrypted.`,
      changed: `${file} is encrypted anew.`,
      unchanged: `${file} is as it was. Where your editor goes on in the background, have it wait, as in EDITOR="code --wait".`,
    }[edited.outcome]
    return { json: edited, text }
  },
}
