import { DevkError } from '../../base/errors.ts'
import { type Command, one } from '../command.ts'

export const secretsSet: Command = {
  name: 'secrets set',
  summary: 'Set one value of an encrypted file, from stdin or, on a terminal, as it is typed, unseen',
  args: '<file> [key]',
  options: [
    {
      flags: '--type <type>',
      about:
        'str, int, float or bool; otherwise that of the value before if nothing is lost by it, or a text',
    },
    { flags: '--raw', about: 'Keep a line end behind the value' },
    { flags: '--plain', about: 'Also where the file’s rule leaves that value readable for all' },
  ],
  examples: [
    'devk secrets set secrets/api.yaml database.password',
    'devk secrets set secrets/api.yaml session.key < key.txt',
    'devk secrets set secrets/api.yaml database.port --type int < port.txt',
    'devk secrets set secrets/tls.key --raw < tls.key',
  ],
  async run(parsed, { ask }) {
    const [file, key] = parsed.args
    if (file === undefined) {
      throw new DevkError({
        code: 'USAGE',
        message: 'devk secrets set takes a file and what names the value in it.',
        hint: 'Write devk secrets set FILE KEY; the value comes by stdin, so that no list of processes shows it.',
      })
    }
    const { readValue, withoutLineEnd } = await import('../read-value.ts')
    const read = await readValue(`Value of ${key ?? file} (not shown):`)
    const value = parsed.flags.has('raw') ? read : withoutLineEnd(read)
    const answer = await ask('secrets.set', {
      ...{ file, key, type: one(parsed, 'type') },
      value: value.toString('base64'),
      plain: parsed.flags.has('plain'),
    })
    const text = {
      created: `${file} is made, with ${answer.path} in it.`,
      added: `${answer.path} is added to ${file}.`,
      changed: `${answer.path} is changed in ${file}.`,
      unchanged: `${answer.path} in ${file} is that already.`,
    }[answer.outcome]
    return { json: answer, text }
  },
}
