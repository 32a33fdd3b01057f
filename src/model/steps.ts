import { performance } from 'node:perf_hooks'

/** What a run tells while it works. */
export type Progress =
  | { type: 'step'; id: number; title: string; state: 'started' }
  /** What it is at, or waits for, just now. */
  | { type: 'step'; id: number; title: string; state: 'working'; detail: string }
  | { type: 'step'; id: number; title: string; state: 'done' | 'failed'; ms: number }
  /** What has not begun, and why; told again whenever the reason is another, and without one when it waits no more. */
  | { type: 'waiting'; title: string; why?: string | undefined }
  /** Something the reader should know although nothing failed. */
  | { type: 'note'; message: string }

export type Report = (progress: Progress) => void

export interface OpenStep {
  say: (detail: string) => void
  /** Ending it twice does nothing. */
  end: (state: 'done' | 'failed') => void
}

/** A visible list of steps with their times. */
export class Steps {
  readonly #report: Report
  #last = 0

  constructor(report: Report) {
    this.#report = report
  }

  note(message: string): void {
    this.#report({ type: 'note', message })
  }

  waiting(title: string, why?: string): void {
    this.#report({ type: 'waiting', title, why })
  }

  /** Shows the work as a step, from its start to its end. */
  async during<T>(title: string, work: (say: OpenStep['say']) => Promise<T>): Promise<T> {
    const step = this.start(title)
    try {
      const result = await work(step.say)
      step.end('done')
      return result
    } catch (error) {
      step.end('failed')
      throw error
    }
  }

  /** For a step whose end is told by somebody else. */
  start(title: string): OpenStep {
    const id = ++this.#last
    const started = performance.now()
    let ended = false
    let said = ''
    this.#report({ type: 'step', id, title, state: 'started' })
    return {
      say: detail => {
        if (ended || detail === said) return
        said = detail
        this.#report({ type: 'step', id, title, state: 'working', detail })
      },
      end: state => {
        if (ended) return
        ended = true
        this.#report({ type: 'step', id, title, state, ms: Math.round(performance.now() - started) })
      },
    }
  }
}
