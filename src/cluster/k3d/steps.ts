import type { OpenStep, Steps } from '../../model/steps.ts'
import type { Followed } from '../follow.ts'

/** k3d's lines that begin a new part of its work, in the order that they come. */
const openings: readonly [RegExp, string][] = [
  [/Prep: Network/, 'Creating the network'],
  [/Creating node '/, 'Creating the nodes'],
  [/Starting new tools node|Starting cluster/, 'Preparing the nodes'],
  [/Starting servers/, 'Starting the server'],
  [/Starting agents/, 'Starting the agents'],
  [/Injecting records/, 'Telling the nodes their names'],
]

/** Makes steps of k3d's log; the last one is closed by `end`. */
export function followK3d(steps: Steps, onStep: (title: string) => void): Followed {
  let step: OpenStep | undefined
  let reached = -1
  return {
    line: line => {
      const index = openings.findIndex(([pattern]) => pattern.test(line))
      const title = openings[index]?.[1]
      if (title === undefined || index <= reached) return
      reached = index
      step?.end('done')
      step = steps.start(title)
      onStep(title)
    },
    end: state => step?.end(state),
  }
}
