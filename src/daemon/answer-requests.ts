import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { DevkError, interrupted, toDevkError } from '../base/errors.ts'
import { dockerHost } from '../docker/endpoint.ts'
import { explainDocker } from '../docker/explain.ts'
import { Steps } from '../model/steps.ts'
import { decodeLine, encodeLine } from '../protocol/lines.ts'
import type { ClientMessage, Request, ServerMessage } from '../protocol/messages.ts'
import { perform } from './operations/index.ts'
import type { Session } from './session/session.ts'

export interface Conversation {
  input: Readable
  write: (line: string) => void
  cancel: AbortController
  /** Told when the client is gone. */
  closed: (request: Request | undefined) => void
  /** The daemon's own session; without one an operation opens its own. */
  session?: Session
  /** Says true where another daemon must answer this request. */
  isForAnother?: (request: Request) => boolean
  retire?: () => void
}

/** Reads one request and answers it: any progress and items, then one result or one error. */
export async function answerRequests(conversation: Conversation): Promise<void> {
  const { input, write, cancel, closed, session, isForAnother, retire } = conversation
  const send = (message: ServerMessage) => write(`${encodeLine(message)}\n`)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  let request: Request | undefined
  const first = new Promise<Request | undefined>(resolve => {
    lines.on('line', line => {
      const message = decodeLine<ClientMessage>(line)
      if (message?.type === 'request') resolve(message)
      if (message?.type === 'cancel') cancel.abort(interrupted())
      if (message?.type === 'retire') retire?.()
    })
    lines.on('close', () => {
      closed(request)
      resolve(undefined)
    })
    cancel.signal.addEventListener('abort', () => resolve(undefined))
  })
  request = await first
  if (!request) return
  if (isForAnother?.(request)) {
    send({ type: 'retiring' })
    retire?.()
    return
  }
  try {
    const value = await perform(request, {
      steps: new Steps(send),
      report: send,
      tell: value => send({ type: 'item', value }),
      signal: cancel.signal,
      session,
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
