import { DevkError } from '../../base/errors.ts'
import type { Progress } from '../../model/steps.ts'
import { type Report, Steps } from '../../model/steps.ts'

interface Current {
  key: string
  definition: string
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
   * work is waited for, with what it tells, and cancelled where it is of another definition: that one is stale. `cancel` ends the run for
   * all who wait for it.
   */
  share<T>(asked: Asked, work: Work<T>): Promise<{ value: T; joined: boolean }>
  /** Cancels what runs and waits until nothing does. */
  end(reason: DevkError): Promise<void>
}

export interface Asked {
  /** Equal keys are the same work. */
  key: string
  /** What the work is of: the whole project, as its file says now. */
  definition: string
  title: string
  report: Report
  cancel: AbortSignal
}

export type Work<T> = (steps: Steps, signal: AbortSignal) => Promise<T>

export function sharedRuns(): SharedRuns {
  let current: Current | undefined

  async function end(reason: DevkError): Promise<void> {
    const before = current
    if (!before) return
    before.cancel.abort(reason)
    await before.result.catch(() => {})
  }

  function begin({ key, definition, title }: Asked, work: Work<unknown>): Current {
    const run: Current = {
      key,
      definition,
      title,
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
    async share<T>(asked: Asked, work: Work<T>) {
      while (current && current.key !== asked.key) {
        if (current.definition === asked.definition) await over(current, asked)
        else await end(superseded(asked.title))
      }
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
        return { value: (await run.result) as T, joined }
      } finally {
        run.listeners.delete(asked.report)
        asked.cancel.removeEventListener('abort', cancel)
      }
    },
  }
}

/** Waits until the run has ended, however it did, and tells what it does meanwhile. */
async function over(
  { title, result, history, listeners }: Current,
  { report, cancel }: Asked,
): Promise<void> {
  report({ type: 'note', message: `Waiting for what is under way: ${title}.` })
  history.forEach(report)
  listeners.add(report)
  const { promise, reject } = Promise.withResolvers<never>()
  const give = () => reject(cancel.reason)
  cancel.throwIfAborted()
  cancel.addEventListener('abort', give, { once: true })
  try {
    await Promise.race([result.catch(() => {}), promise])
  } finally {
    listeners.delete(report)
    cancel.removeEventListener('abort', give)
  }
}

function superseded(by: string): DevkError {
  return new DevkError({
    code: 'SUPERSEDED',
    message: `This run was cancelled by a newer one: ${by}.`,
    hint: 'What was done is kept; the newer run goes on from there.',
  })
}
