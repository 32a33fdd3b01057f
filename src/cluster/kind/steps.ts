import type { OpenStep, Steps } from '../../model/steps.ts'
import type { Followed } from '../follow.ts'

/** Reads kind's own progress lines: ` • Preparing nodes 📦  ...` opens a step, ` ✓ Preparing nodes 📦` closes it. */
export function followKind(steps: Steps, onStep: (title: string) => void): Followed {
  let step: OpenStep | undefined
  return {
    line: line => {
      const match = /^ ([•✓✗]) (.+?)(?:\s+\.\.\.)?\s*$/u.exec(line)
      if (!match) return
      const [, mark, text = ''] = match
      if (mark !== '•') {
        step?.end(mark === '✓' ? 'done' : 'failed')
        return
      }
      const title = text.replace(/[^\p{L}\p{N})\]]+$/u, '')
      step = steps.start(title)
      onStep(title)
    },
    end: state => step?.end(state),
  }
}
