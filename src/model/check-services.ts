import { DevkError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'

/** Throws USAGE with the nearest right name. */
export function checkServices(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find(name => !known.includes(name))
  if (unknown === undefined) return
  throw new DevkError({
    code: 'USAGE',
    message: `The project has no service ${unknown}${didYouMean(unknown, known) || '.'}`,
    hint:
      known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none: devk.yaml names them under services.',
  })
}
