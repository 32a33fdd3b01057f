import { DevkError } from '../../base/errors.ts'
import type { Command } from '../command.ts'
import { syncText } from '../sync-text.ts'
import { table } from '../table.ts'

export const sync: Command = {
  name: 'sync',
  summary: 'Show how containers are beside their sources; pause what devk does by itself, or go on with it',
  options: [
    { flags: '--pause', about: 'Write, build and apply nothing by itself until --resume' },
    { flags: '--resume', about: 'Bring all that was saved meanwhile to the containers, and go on' },
  ],
  examples: ['devk sync', 'devk sync --pause', 'devk sync --resume'],
  async run({ flags }, { askProject }) {
    if (flags.has('pause') && flags.has('resume')) {
      throw new DevkError({
        code: 'USAGE',
        message: '--pause and --resume can’t be asked for at once.',
        hint: 'devk sync without either shows how it is.',
      })
    }
    const change = flags.has('pause') ? 'pause' : flags.has('resume') ? 'resume' : undefined
    const value = await askProject('sync', { change }, 'start')
    const rows = value.services.map(({ name, sync }) => [name, syncText(sync), sync.why ?? ''])
    const head = value.paused ? 'Paused: devk sync --resume goes on.' : undefined
    const body =
      rows.length > 0 ? table([['SERVICE', 'SYNC', 'WHY'], ...rows]) : 'No service has a sync rule.'
    return { json: value, text: [head, body].filter(Boolean).join('\n') }
  },
}
