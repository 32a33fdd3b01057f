import type { Steps } from '../../model/steps.ts'
import type { OperationName } from '../../protocol/messages.ts'
import type { Operations } from '../../protocol/operations.ts'

export interface OperationContext {
  folder: string
  steps: Steps
  signal: AbortSignal
}

export type Operation<Name extends OperationName> = (
  input: Operations[Name]['input'],
  context: OperationContext,
) => Promise<Operations[Name]['output']>
