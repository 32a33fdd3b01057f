import type { ErrorFields } from '../base/errors.ts'
import type { Progress } from '../model/steps.ts'
import type { Operations } from './operations.ts'
import type { Opening } from './terminal.ts'

/** What the thin side sends, one JSON object a line. */
export type ClientMessage =
  | Request
  | { type: 'cancel' }
  /** Frames follow, and no line any more. */
  | { type: 'streaming' }
  /** Asks a project's daemon to end: what it was at is on disk, and is gone on with by whoever comes next. */
  | { type: 'retire' }

export interface Request<Name extends OperationName = OperationName> {
  type: 'request'
  operation: Name
  /** Where the user stands: relative paths and the project are found from here. */
  folder: string
  input: Operations[Name]['input']
  /** Which devk asks: a daemon of another build retires before it would answer. */
  build?: string
  /** The user's environment: a project file may name variables of it. It is kept in memory only. */
  env?: NodeJS.Dict<string>
}

/** What comes back, in order: that it is taken up, any progress and items, then one result or one error. */
export type ServerMessage =
  | Progress
  /** From now on something may have been done. */
  | { type: 'taken' }
  /** Data that there is before the result, of an operation that goes on until it is cancelled. */
  | { type: 'item'; value: unknown }
  | { type: 'result'; value: unknown }
  | { type: 'error'; error: ErrorFields }
  /** The daemon is of another build or stands in another environment, and ends now. */
  | { type: 'retiring' }
  /** Frames follow, the result or the error in one of them. */
  | { type: 'streaming'; opening: Opening }

export type OperationName = keyof Operations

/** Those that tell items. */
export type FollowedName = {
  [Name in OperationName]: Operations[Name] extends { item: unknown } ? Name : never
}[OperationName]
