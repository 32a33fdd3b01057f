import { DevkError } from '../../base/errors.ts'
import { type Command, one } from '../command.ts'
import { runInTerminal } from '../run-in-terminal.ts'

export const exec: Command = {
  name: 'exec',
  summary: 'Run a command in a service’s pod: stdin, terminal, signals and exit code as if it ran here',
  args: '<service> [command...]',
  options: [
    {
      flags: '-c, --container <name>',
      about: 'The container; otherwise the pod’s default one, which is its first',
    },
  ],
  examples: [
    'devk exec api -- node --version',
    'devk exec db -- psql < dump.sql',
    'devk exec api -c sidecar -- tar c /data | tar t',
  ],
  wraps: true,
  async run(parsed, context) {
    const [service, ...command] = parsed.args
    if (service === undefined || command.length === 0) {
      throw new DevkError({
        code: 'USAGE',
        message: `devk exec takes a service and a command${service === undefined ? '' : `, and is given no command for ${service}`}.`,
        hint: `Write devk exec ${service ?? 'SERVICE'} -- COMMAND, or devk shell ${service ?? 'SERVICE'} for a shell.`,
      })
    }
    const input = { service, container: one(parsed, 'container'), command }
    return await runInTerminal('exec', input, context, { json: parsed.flags.has('json') })
  },
}
