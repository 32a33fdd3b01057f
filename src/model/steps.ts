import { performance } from 'node:perf_hooks'

/** What a run tells while it works. */
export type Progress =
  | { type: 'step'; id: number; title: string; state: 'started' }
  | { type: 'step'; id: number; title: string; state: 'done' | 'failed'; ms: number }
  /** Something the reader should know although nothing failed. */
  | { type: 'note'; message: string }

export type Report = (progress: Progress) => void

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

  /** Shows the work as a step, from its start to its end. */
  async during<T>(title: string, work: () => Promise<T>): Promise<T> {
    const end = this.start(title)
    try {
      const result = await work()
      end('done')
      return result
    } catch (error) {
      end('failed')
      throw error
    }
  }

  /** For a step whose end is told by somebody else. Ending it twice does nothing. */
  start(title: string): (state: 'done' | 'failed') => void {
    const id = ++this.#last
    const started = performance.now()
    let ended = false
    this.#report({ type: 'step', id, title, state: 'started' })
    return state => {
      if (ended) return
      ended = true
      this.#report({ type: 'step', id, title, state, ms: Math.round(performance.now() - started) })
    }
  }
}
