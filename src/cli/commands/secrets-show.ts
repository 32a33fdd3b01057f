import { DevkError } from '../../base/errors.ts'
import { type Command, profilesOf } from '../command.ts'
import { isTerminal } from '../terminal.ts'

export const secretsShow: Command = {
  name: 'secrets show',
  summary: 'Show one value of a Secret: on a terminal, or anywhere with --reveal',
  args: '<name> <key>',
  options: [
    { flags: '--reveal', about: 'Also where it is no terminal, as in a pipe: exactly the value’s bytes' },
    { flags: '--profile <names>', about: 'Overlays of devk.yaml to merge, such as ci or ci,fast' },
  ],
  examples: ['devk secrets show db password', 'devk secrets show tls tls.crt --reveal > tls.crt'],
  async run(parsed, { ask, write }) {
    const [name, key] = parsed.args
    if (name === undefined || key === undefined) {
      throw new DevkError({
        code: 'USAGE',
        message: 'devk secrets show takes a Secret and the name of an entry of it.',
        hint: 'devk secrets list shows them.',
      })
    }
    const json = parsed.flags.has('json')
    const reveal = parsed.flags.has('reveal')
    const onTerminal = isTerminal(1)
    if (!reveal && (json || !onTerminal)) throw hidden(name, key)
    const { value } = await ask('secrets.show', { name, key, profiles: profilesOf(parsed) })
    const bytes = Buffer.from(value, 'base64')
    const text = bytes.toString('utf8')
    if (json) {
      const isText = Buffer.from(text, 'utf8').equals(bytes)
      return { json: { name, key, ...(isText ? { value: text } : { base64: value }) }, text: '' }
    }
    if (onTerminal) return { json: undefined, text }
    await write(bytes)
    return { json: undefined, text: '' }
  },
}

function hidden(name: string, key: string): DevkError {
  return new DevkError({
    code: 'SECRETS_NOT_SHOWN',
    message: `${key} of ${name} is shown on a terminal alone: what is here goes into a file, a log or a program.`,
    hint: `If that is meant: devk secrets show ${name} ${key} --reveal`,
  })
}
