import { type Command, profilesOf } from '../command.ts'

export const config: Command = {
  name: 'config',
  summary: 'Print the project file as devk understands it: variables, defaults and overlays in their places',
  options: [{ flags: '--profile <names>', about: 'Overlays of devk.yaml to merge, such as ci or ci,fast' }],
  examples: ['devk config', 'devk config --profile ci'],
  async run(parsed, { ask }) {
    const value = await ask('config', { profiles: profilesOf(parsed) })
    return { json: value, text: JSON.stringify(value, null, 2) }
  },
}

export const configSchema: Command = {
  name: 'config schema',
  summary: 'Print the JSON Schema of devk.yaml, for editors',
  options: [],
  examples: ['devk config schema > devk.schema.json'],
  async run(_, { ask }) {
    const value = await ask('config.schema', {})
    return { json: value, text: JSON.stringify(value, null, 2) }
  },
}
