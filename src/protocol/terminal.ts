import type { ErrorFields } from '../base/errors.ts'
import type { Progress } from '../model/steps.ts'

/** What runs in a pod, as the first line of it tells: frames follow. */
export interface Opening {
  pod: string
  container: string
  /** The pods that could have been taken as well. */
  others: string[]
}

export interface TerminalSize {
  columns: number
  rows: number
}

export type PassedSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT'

/** What the thin side says while bytes flow, each in a frame of its own. */
export type TerminalInput =
  | { type: 'size'; size: TerminalSize }
  | { type: 'signal'; signal: PassedSignal }
  /** The end of stdin: no byte of it comes after. */
  | { type: 'end' }

/** What it is told. */
export type TerminalOutput =
  | Extract<Progress, { type: 'note' }>
  | { type: 'result'; value: unknown }
  | { type: 'error'; error: ErrorFields }
  /** So many bytes of stdin are on their way into the pod. */
  | { type: 'taken'; bytes: number }

/**
 * So many bytes of stdin may be on their way to the daemon. What a command does not read stays with the thin side, so
 * that a signal or a new size is never behind it.
 */
export const STDIN_WINDOW = 1 << 20
