import { progressView } from '../../src/cli/progress.ts'
import type { ProgressView } from '../../src/cli/progress-view.ts'
import { type OpenStep, Steps } from '../../src/model/steps.ts'
import type { Step, StepEvent } from './steps.ts'

export interface Progress extends Disposable {
  onEvent(event: StepEvent): void
}

/** Who runs, for how long and what it is at, shown as devk shows its own steps. */
export function showProgress(view: ProgressView = progressView({ json: false })): Progress {
  const steps = new Steps(view.show)
  const open = new Map<Step, OpenStep>()
  return {
    onEvent(event) {
      const running = open.get(event.step)
      switch (event.kind) {
        case 'started':
          open.set(event.step, steps.start(event.step.title))
          return
        case 'detail':
          running?.say(event.detail)
          return
        case 'done':
          running?.end('done')
          return
        case 'failed':
          running?.end('failed')
          steps.note(`${event.step.title}: ${event.error.message}`)
          return
        case 'left-out':
          steps.note(`${event.step.title} is left out: it needs ${event.because.title}.`)
      }
    },
    [Symbol.dispose]: () => view.end(),
  }
}
