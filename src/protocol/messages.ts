import type { ErrorFields } from '../base/errors.ts'
import type { Progress } from '../model/steps.ts'
import type { Operations } from './operations.ts'

/** What the thin side sends, one JSON object a line. */
export type ClientMessage = Request | { type: 'cancel' }

export interface Request<Name extends OperationName = OperationName> {
  type: 'request'
  operation: Name
  /** Where the user stands: relative paths and the project are found from here. */
  folder: string
  input: Operations[Name]['input']
}

/** What comes back, in order: any progress, then one result or one error. */
export type ServerMessage =
  | Progress
  | { type: 'result'; value: unknown }
  | { type: 'error'; error: ErrorFields }

export type OperationName = keyof Operations
