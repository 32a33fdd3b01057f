import { type Command, profilesOf } from '../command.ts'
import { listText } from '../secrets-text.ts'

export const secretsList: Command = {
  name: 'secrets list',
  summary:
    'Show the project’s Secrets and the names of what is in them: no key is needed, and no value is shown',
  options: [{ flags: '--profile <names>', about: 'Overlays of devk.yaml to merge, such as ci or ci,fast' }],
  examples: ['devk secrets list', 'devk secrets list --json'],
  async run(parsed, { ask }) {
    const value = await ask('secrets.list', { profiles: profilesOf(parsed) })
    const isWrong = value.secrets.some(({ fault }) => fault !== undefined)
    return { json: value, text: listText(value.secrets), exitCode: isWrong ? 1 : 0 }
  },
}
