import { interrupted } from '../base/errors.ts'
import { answerRequests } from './answer-requests.ts'

/**
 * Serves one request over this process's stdin and stdout. A client that goes away, by whatever death, cancels the
 * request, and what was half done is cleaned up.
 */
export async function servePipe(): Promise<void> {
  // A client that is gone reads nothing; the clean-up goes on without it.
  process.stdout.on('error', () => {})
  const cancel = new AbortController()
  await answerRequests({
    input: process.stdin,
    output: process.stdout,
    cancel,
    closed: () => cancel.abort(interrupted()),
  })
}
