import type { Progress } from '../model/steps.ts'

export interface ProgressView {
  show: (progress: Progress) => void
  note: (message: string) => void
  /** Waits until what is shown is final. */
  end: (succeeded: boolean) => Promise<void>
}
