import { DevkError } from '../../base/errors.ts'
import { bracketed } from '../../model/address.ts'
import type { Command } from '../command.ts'
import { forwardsText } from '../forwards-text.ts'

export const forward: Command = {
  name: 'forward',
  summary: 'Lead ports of this machine to a service until Ctrl-C; without one, show those that there are',
  args: '[service] [ports...]',
  options: [],
  endsByInterrupt: true,
  examples: ['devk forward db 15432:5432', 'devk forward api 3000:8080 9229', 'devk forward'],
  async run({ args: [service, ...ports] }, { askProject, follow, print }) {
    if (service === undefined) {
      const { services } = await askProject('status', {}, 'use')
      const forwards = services.flatMap(each =>
        each.forwards.map(state => ({ service: each.name, ...state })),
      )
      const lines = forwardsText(services).filter(Boolean)
      return { json: forwards, text: lines.join('\n') || 'No port of this machine leads to a service now.' }
    }
    if (ports.length === 0) {
      throw new DevkError({
        code: 'USAGE',
        message: `devk forward ${service} names no port.`,
        hint: `Name one or more, as under forward: in devk.yaml: devk forward ${service} 3000:8080.`,
      })
    }
    await follow('forward', { service, ports }, opened => {
      const { address, local, port } = opened
      print({ json: opened, text: `${service}  ${bracketed(address)}:${local} → ${port}` })
    })
    return { json: undefined, text: '' }
  },
}
