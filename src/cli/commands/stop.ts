import type { Command } from '../command.ts'

export const stop: Command = {
  name: 'stop',
  summary: 'Pause the project: its cluster stops and keeps everything; devk up resumes',
  options: [],
  examples: ['devk stop', 'devk stop --json'],
  async run(_, { askProject }) {
    const value = await askProject('stop', {}, 'end')
    const text =
      value.outcome === 'stopped'
        ? `Cluster ${value.name} is stopped and keeps everything. devk up resumes.`
        : `Cluster ${value.name} is stopped already.`
    return { json: value, text }
  },
}
