import type { Command } from '../command.ts'
import { findingsText } from '../findings-text.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look at what devk depends on, and say what to do where something is wrong',
  options: [],
  examples: ['devk doctor', 'devk doctor --json'],
  async run(_, { ask }) {
    const value = await ask('doctor', {})
    const bad = value.findings.some(({ verdict }) => verdict === 'bad')
    return { json: value, text: findingsText(value.findings), exitCode: bad ? 1 : 0 }
  },
}
