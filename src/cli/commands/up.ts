import { attach } from '../attach.ts'
import { type Command, profilesOf } from '../command.ts'
import { isReady, upText } from '../project-text.ts'

export const up: Command = {
  name: 'up',
  summary: 'Bring the project up: cluster, images, workloads; what is as it should be is left alone',
  args: '[services...]',
  options: [
    { flags: '--profile <names>', about: 'Overlays of devk.yaml to merge, such as ci or ci,fast' },
    { flags: '--attach', about: 'Stay, and show what changes and what is done about it' },
    {
      flags: '--prune-volumes',
      about: 'Remove claims of storage that the project no longer names, with their data',
    },
  ],
  examples: ['devk up', 'devk up api --attach', 'devk up --profile ci --json'],
  detaches: true,
  async run(parsed, context) {
    const value = await context.askProject(
      'up',
      {
        services: parsed.args,
        profiles: profilesOf(parsed),
        pruneVolumes: parsed.flags.has('prune-volumes'),
      },
      'start',
    )
    const answer = { json: value, text: upText(value), exitCode: isReady(value) ? 0 : 1 }
    if (!parsed.flags.has('attach')) return answer
    context.print(answer)
    return await attach(context)
  },
}
