import { type Command, profilesOf } from '../command.ts'
import { failuresText } from '../project-text.ts'

export const build: Command = {
  name: 'build',
  summary: 'Build and push the images whose inputs changed',
  args: '[services...]',
  options: [
    { flags: '--explain', about: 'Say what changed in each image’s inputs, and build nothing' },
    { flags: '--profile <names>', about: 'Overlays of devk.yaml to merge, such as ci or ci,fast' },
  ],
  examples: ['devk build', 'devk build api', 'devk build --explain'],
  detaches: true,
  async run(parsed, { askProject }) {
    const explain = parsed.flags.has('explain')
    const value = await askProject(
      'build',
      { services: parsed.args, profiles: profilesOf(parsed), explain },
      explain ? 'use' : 'start',
    )
    const { run, images } = value
    if (explain) {
      const lines = run.done.flatMap(({ what, why }) =>
        why.length === 0 ? [`${what}: as it was built`] : [`${what}:`, ...why.map(reason => `  ${reason}`)],
      )
      return { json: value, text: lines.join('\n') || 'The project builds no image.' }
    }
    const built = new Map(run.done.map(({ what, why }) => [what, why]))
    const lines = images.map(({ service, reference }) => {
      const why = built.get(`image ${service}`)
      return `${service}  ${reference}  ${why ? `(${why[0]})` : '(unchanged)'}`
    })
    const failed = run.failures.length + run.held.length > 0
    return {
      json: value,
      text: [...lines, failuresText(run)].filter(Boolean).join('\n'),
      exitCode: failed ? 1 : 0,
    }
  },
}
