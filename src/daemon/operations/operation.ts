import type { Report, Steps } from '../../model/steps.ts'
import type { OperationName } from '../../protocol/messages.ts'
import type { Operations } from '../../protocol/operations.ts'
import type { Opening } from '../../protocol/terminal.ts'
import type { ClientTerminal } from '../client-terminal.ts'
import type { Session } from '../session/session.ts'

export interface OperationContext {
  /** Where the user stands. */
  folder: string
  /** The user's environment, for what a project file takes from it. */
  env: NodeJS.Dict<string>
  steps: Steps
  report: Report
  /** Tells an item, before the result. */
  tell: (item: unknown) => void
  signal: AbortSignal
  /** The daemon's, where a daemon serves. */
  session?: Session | undefined
  /** Has bytes flow between the client and whatever runs, from now on until the operation's end. */
  openTerminal: (opening: Opening) => ClientTerminal
}

export type Operation<Name extends OperationName> = (
  input: Operations[Name]['input'],
  context: OperationContext,
) => Promise<Operations[Name]['output']>
