import { DevkError } from '../../base/errors.ts'
import type { Progress } from '../../model/steps.ts'
import { type Report, Steps } from '../../model/steps.ts'

interface Current {
  key: string
  title: string
  history: Progress[]
  listeners: Set<Report>
  cancel: AbortController
  result: Promise<unknown>
}

export interface SharedRuns {
  /** What is being done, in words. */
  readonly running: string | undefined
  /**
   * Does the work, or joins the same work where it is under way: whoever joins is told all that was told before. Other
   * work of before is cancelled first. `cancel` ends the run for all who wait for it.
   */
  share<T>(asked: Asked, work: (steps: Steps, signal: AbortSignal) => Promise<T>): Promise<T>
  /** Cancels what runs and waits until nothing does. */
  end(reason: DevkError): Promise<void>
}

interface Asked {
  /** Equal keys are the same work. */
  key: string
  title: string
  report: Report
  cancel: AbortSignal
}

export function sharedRuns(): SharedRuns {
  let current: Current | undefined

  async function end(reason: DevkError): Promise<void> {
    const before = current
    if (!before) return
    before.cancel.abort(reason)
    await before.result.catch(() => {})
  }

  function begin(asked: Asked, work: (steps: Steps, signal: AbortSignal) => Promise<unknown>): Current {
    const run: Current = {
      key: asked.key,
      title: asked.title,
      history: [],
      listeners: new Set(),
      cancel: new AbortController(),
      result: Promise.resolve(),
    }
    const steps = new Steps(progress => {
      run.history.push(progress)
      for (const listener of run.listeners) listener(progress)
    })
    run.result = work(steps, run.cancel.signal).finally(() => {
      if (current === run) current = undefined
    })
    return run
  }

  return {
    get running() {
      return current?.title
    },
    end,
    async share<T>(asked: Asked, work: (steps: Steps, signal: AbortSignal) => Promise<T>): Promise<T> {
      while (current && current.key !== asked.key) await end(superseded(asked.title))
      const joined = current !== undefined
      current ??= begin(asked, work)
      const run = current
      if (joined) asked.report({ type: 'note', message: `Joined the run that is under way: ${run.title}.` })
      run.history.forEach(asked.report)
      run.listeners.add(asked.report)
      const cancel = () => run.cancel.abort(asked.cancel.reason)
      if (asked.cancel.aborted) cancel()
      asked.cancel.addEventListener('abort', cancel, { once: true })
      try {
        return (await run.result) as T
      } finally {
        run.listeners.delete(asked.report)
        asked.cancel.removeEventListener('abort', cancel)
      }
    },
  }
}

function superseded(by: string): DevkError {
  return new DevkError({
    code: 'SUPERSEDED',
    message: `This run was cancelled by a newer one: ${by}.`,
    hint: 'What was done is kept; the newer run goes on from there.',
  })
}
