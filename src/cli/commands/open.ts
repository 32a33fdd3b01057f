import { DevkError } from '../../base/errors.ts'
import { checkServices } from '../../model/check-services.ts'
import type { ProjectStatus, ServiceStatus } from '../../model/project-status.ts'
import type { Command } from '../command.ts'
import { whereText } from '../forwards-text.ts'

export const open: Command = {
  name: 'open',
  summary: 'Open a service in the browser; the only one that can be opened where none is named',
  args: '[service]',
  options: [{ flags: '--print', about: 'Only print the address' }],
  examples: ['devk open web', 'devk open web --print'],
  async run({ args: [name], flags }, { askProject, signal }) {
    const { services } = await askProject('status', {}, 'use')
    const service = chosen(services, name)
    const [first = ''] = whereText(service)
    const url = first.includes('://') ? first : `http://${first}`
    const { openUrl } = await import('../../client/open-url.ts')
    const opened = !flags.has('print') && (await openUrl(url, signal))
    return { json: { service: service.name, url, opened }, text: opened ? `Opened ${url}` : url }
  },
}

/** Throws USAGE where it can't be told which one is meant, NOT_REACHABLE where it can't be opened. */
function chosen(services: ProjectStatus['services'], name: string | undefined): ServiceStatus {
  if (name !== undefined) {
    checkServices(
      [name],
      services.map(service => service.name),
    )
  }
  const reachable = services.filter(service => whereText(service).length > 0)
  const service = name === undefined ? reachable[0] : services.find(each => each.name === name)
  if (name === undefined && reachable.length > 1) {
    throw new DevkError({
      code: 'USAGE',
      message: 'Several services can be opened: name one.',
      hint: reachable.map(each => `devk open ${each.name}  (${whereText(each)[0]})`).join('\n'),
    })
  }
  if (service && reachable.includes(service)) return service
  throw new DevkError({
    code: 'NOT_REACHABLE',
    message: `${name ?? 'No service'} ${name ? 'has no' : 'has a'} port of this machine that leads to it now.`,
    hint: 'Give it one under forward: in devk.yaml, such as forward: ["3000:8080"], and run devk up.',
  })
}
