import type { Readable, Writable } from 'node:stream'
import { DevkError, interrupted, toDevkError } from '../base/errors.ts'
import { dockerHost } from '../docker/endpoint.ts'
import { explainDocker } from '../docker/explain.ts'
import { Steps } from '../model/steps.ts'
import { decodeLine, encodeLine } from '../protocol/lines.ts'
import type { ClientMessage, Request, ServerMessage } from '../protocol/messages.ts'
import { readLines } from '../protocol/read-lines.ts'
import { type ClientTerminal, clientTerminal } from './client-terminal.ts'
import { perform } from './operations/index.ts'
import type { Session } from './session/session.ts'

export interface Conversation {
  input: Readable
  output: Writable
  cancel: AbortController
  /** Told when the client is gone. */
  closed: (request: Request | undefined) => void
  /** The daemon's own session; without one an operation opens its own. */
  session?: Session
  /** Says true where another daemon must answer this request. */
  isForAnother?: (request: Request) => boolean
  retire?: () => void
}

/**
 * Reads one request and answers it: any progress and items, then one result or one error, after frames where it brings
 * some.
 */
export async function answerRequests(conversation: Conversation): Promise<void> {
  const { input, output, cancel, closed, session, isForAnother, retire } = conversation
  let terminal: ClientTerminal | undefined
  const send = (message: ServerMessage) => {
    if (terminal) terminal.tell(message)
    else if (output.writable) output.write(`${encodeLine(message)}\n`)
  }
  const frames = Promise.withResolvers<Readable>()
  let request: Request | undefined
  const first = new Promise<Request | undefined>(resolve => {
    void follow(resolve).then(gone => {
      if (gone) closed(request)
      resolve(undefined)
    })
    cancel.signal.addEventListener('abort', () => resolve(undefined))
  })
  /** False where frames follow. */
  async function follow(asked: (request: Request) => void): Promise<boolean> {
    for await (const line of readLines(input)) {
      const message = decodeLine<ClientMessage>(line)
      if (message?.type === 'request') asked(message)
      if (message?.type === 'cancel') cancel.abort(interrupted())
      if (message?.type === 'retire') retire?.()
      if (message?.type !== 'streaming' || !terminal) continue
      input.once('close', () => closed(request))
      frames.resolve(input)
      return false
    }
    return true
  }
  request = await first
  if (!request) return
  if (isForAnother?.(request)) {
    send({ type: 'retiring' })
    retire?.()
    return
  }
  send({ type: 'taken' })
  try {
    const value = await perform(request, {
      steps: new Steps(send),
      report: send,
      tell: value => send({ type: 'item', value }),
      signal: cancel.signal,
      session,
      openTerminal: opening => {
        send({ type: 'streaming', opening })
        terminal = clientTerminal(frames.promise, output)
        return terminal
      },
    })
    send({ type: 'result', value })
  } catch (error) {
    send({ type: 'error', error: (await explain(error)).toJSON() })
  }
}

async function explain(error: unknown): Promise<DevkError> {
  if (error instanceof DevkError) return error
  return explainDocker(error, await dockerHost().catch(() => 'its address')) ?? toDevkError(error)
}
