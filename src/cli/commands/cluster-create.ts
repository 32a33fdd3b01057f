import { createdText } from '../cluster-text.ts'
import { type Command, one } from '../command.ts'

export const clusterCreate: Command = {
  name: 'cluster create',
  summary: 'Create the cluster, wired to the machine’s registry; finish, start or keep one that is there',
  args: '[name]',
  options: [
    { flags: '--provider <name>', about: 'kind (the default) or k3d' },
    { flags: '--workers <count>', about: 'Nodes beside the control plane' },
    { flags: '--kubernetes <version>', about: 'Such as 1.33 or 1.33.4' },
    { flags: '--port <mapping>', about: 'HOST:NODE, such as 8080:80', many: true },
    { flags: '--mount <mapping>', about: 'HOST-PATH:NODE-PATH[:ro] in every node', many: true },
    { flags: '--label <label>', about: 'KEY=VALUE on every node', many: true },
    { flags: '--config <file>', about: 'A kind or k3d configuration, merged under what devk sets' },
    { flags: '--recreate', about: 'Make it anew where it differs; what is in it is lost' },
  ],
  examples: [
    'devk cluster create',
    'devk cluster create shop --provider k3d --workers 2',
    'devk cluster create --kubernetes 1.33 --port 8080:80',
  ],
  async run(parsed, { ask }) {
    const value = await ask('cluster.create', {
      name: parsed.args[0],
      provider: one(parsed, 'provider'),
      workers: one(parsed, 'workers'),
      kubernetes: one(parsed, 'kubernetes'),
      ports: parsed.values['port'],
      mounts: parsed.values['mount'],
      labels: parsed.values['label'],
      config: one(parsed, 'config'),
      recreate: parsed.flags.has('recreate'),
    })
    const exitCode = value.cluster.state.is === 'running' ? 0 : 1
    return { json: value, text: createdText(value), exitCode }
  },
}
