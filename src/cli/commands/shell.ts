import { DevkError } from '../../base/errors.ts'
import { type Command, one } from '../command.ts'
import { runInTerminal } from '../run-in-terminal.ts'

const IMAGE = 'busybox:1.35'

export const shell: Command = {
  name: 'shell',
  summary: 'Open a shell in a service’s pod; an image without one gets a container beside it that has one',
  args: '<service>',
  options: [
    {
      flags: '-c, --container <name>',
      about: 'The container; otherwise the pod’s default one, which is its first',
    },
    {
      flags: '--image <name>',
      about: `What brings a shell where the service’s image has none; ${IMAGE} unless given`,
    },
  ],
  examples: ['devk shell api', 'devk shell api -c sidecar', 'devk shell api --image alpine:3'],
  wraps: true,
  async run(parsed, context) {
    const [service] = parsed.args
    if (service === undefined) {
      throw new DevkError({
        code: 'USAGE',
        message: 'devk shell takes a service.',
        hint: 'Write devk shell SERVICE; devk status shows the services.',
      })
    }
    const input = { service, container: one(parsed, 'container'), image: one(parsed, 'image') ?? IMAGE }
    return await runInTerminal('shell', input, context, { json: parsed.flags.has('json') })
  },
}
