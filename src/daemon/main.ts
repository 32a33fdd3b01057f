import { createInterface } from 'node:readline'
import { DevkError, interrupted, toDevkError } from '../base/errors.ts'
import { dockerHost } from '../docker/endpoint.ts'
import { explainDocker } from '../docker/explain.ts'
import { Steps } from '../model/steps.ts'
import { decodeLine, encodeLine } from '../protocol/lines.ts'
import type { ClientMessage, Request, ServerMessage } from '../protocol/messages.ts'
import { perform } from './operations/index.ts'

/**
 * Serves one request over its own stdin and stdout, then ends. A client that goes away, by whatever death, cancels
 * the request, and what was half done is cleaned up.
 */
async function serve(): Promise<void> {
  const cancel = new AbortController()
  const input = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  // A client that is gone reads nothing; the clean-up goes on without it.
  process.stdout.on('error', () => {})
  input.on('close', () => cancel.abort(interrupted()))
  const request = await new Promise<Request | undefined>(resolve => {
    input.on('line', line => {
      const message = decodeLine<ClientMessage>(line)
      if (message?.type === 'request') resolve(message)
      if (message?.type === 'cancel') cancel.abort(interrupted())
    })
    cancel.signal.addEventListener('abort', () => resolve(undefined))
  })
  if (request) await answer(request, cancel.signal)
}

async function answer(request: Request, signal: AbortSignal): Promise<void> {
  try {
    const value = await perform(request, { steps: new Steps(send), signal })
    send({ type: 'result', value })
  } catch (error) {
    send({ type: 'error', error: (await explain(error)).toJSON() })
  }
}

async function explain(error: unknown): Promise<DevkError> {
  if (error instanceof DevkError) return error
  return explainDocker(error, await dockerHost().catch(() => 'its address')) ?? toDevkError(error)
}

function send(message: ServerMessage): void {
  process.stdout.write(`${encodeLine(message)}\n`)
}

await serve()
// Kept-alive connections to Docker would hold the process for seconds.
process.exit()
