import type { Progress } from '../model/steps.ts'

export interface ProgressView {
  show: (progress: Progress) => void
  note: (message: string) => void
  /** Nothing of what still runs is left on the screen. */
  end(): void
}

/** What is drawn on: stderr, or a test's own. */
export interface Screen {
  columns?: number
  write(text: string): unknown
}
