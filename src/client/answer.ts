import { DevkError } from '../base/errors.ts'
import type { Progress } from '../model/steps.ts'
import { decodeLine } from '../protocol/lines.ts'
import type { ServerMessage } from '../protocol/messages.ts'
import type { Opening } from '../protocol/terminal.ts'

export type Answered = { value: unknown } | { opening: Opening } | 'retiring' | 'untaken' | undefined

/**
 * Reads until there is an answer, or frames follow; undefined where the lines end without one, `untaken` where they end
 * before anything can have been done. Throws the error that was answered.
 */
export async function readAnswer(
  lines: AsyncIterable<string>,
  onProgress: (progress: Progress) => void,
  onItem: (item: unknown) => void = () => {},
): Promise<Answered> {
  let isTaken = false
  for await (const line of lines) {
    const message = decodeLine<ServerMessage>(line)
    if (message?.type === 'step' || message?.type === 'note' || message?.type === 'waiting')
      onProgress(message)
    if (message?.type === 'taken') isTaken = true
    if (message?.type === 'item') onItem(message.value)
    if (message?.type === 'error') throw new DevkError(message.error)
    if (message?.type === 'result') return { value: message.value }
    if (message?.type === 'streaming') return { opening: message.opening }
    if (message?.type === 'retiring') return 'retiring'
  }
  return isTaken ? undefined : 'untaken'
}
