import { join } from 'node:path'
import { DevkError, interrupted } from '../base/errors.ts'
import { paths } from '../base/paths.ts'
import { startPeer } from '../exec/peer.ts'
import type { Progress } from '../model/steps.ts'
import { encodeLine } from '../protocol/lines.ts'
import type { OperationName } from '../protocol/messages.ts'
import type { Operations } from '../protocol/operations.ts'
import { readAnswer } from './answer.ts'

export interface PerformOptions {
  /** The file that serves the request. */
  server: string
  onProgress: (progress: Progress) => void
  onItem?: ((item: unknown) => void) | undefined
  /** Cancels the operation; it then cleans up and ends with INTERRUPTED. */
  cancel: AbortSignal
  /** Ends everything at once, and leaves what there is. */
  kill: AbortSignal
}

/** Has an operation performed by a process that may load what the thin side must not. */
export async function perform<Name extends OperationName>(
  operation: Name,
  input: Operations[Name]['input'],
  { server, onProgress, onItem, cancel, kill }: PerformOptions,
): Promise<Operations[Name]['output']> {
  const cache = join(paths().cache, 'v8')
  const peer = startPeer({ file: process.execPath, args: [server], env: { NODE_COMPILE_CACHE: cache } })
  cancel.addEventListener('abort', () => peer.send(encodeLine({ type: 'cancel' })), { once: true })
  kill.addEventListener('abort', () => peer.kill(), { once: true })
  // By the pipe: the process itself inherits no keys that open secrets, nor does what it starts.
  const request = { operation, folder: process.cwd(), input, env: process.env }
  peer.send(encodeLine({ type: 'request', ...request }))
  const answer = await readAnswer(peer.lines, onProgress, onItem)
  if (typeof answer === 'object' && 'value' in answer) return answer.value as Operations[Name]['output']
  const ended = await peer.ended
  if (kill.aborted) throw interrupted()
  throw new DevkError({
    code: 'SERVER_ENDED',
    message: `The part of devk that does the work ended without an answer (${ended}).`,
    hint: 'Run the same command again: devk continues where it was.',
    detail: peer.complaint().trim(),
  })
}
