import type { DevkError } from '../base/errors.ts'
import type { Answer } from './command.ts'
import { errorText } from './error-text.ts'
import { writeNow } from './write-now.ts'

/** The one place that prints: data to stdout, all else to stderr; all to stderr where stdout is another program's. */
export function output({ json, wraps = false }: { json: boolean; wraps?: boolean }): {
  text: (text: string) => number
  answer: (answer: Answer) => number
  error: (error: DevkError) => void
} {
  return {
    text(text) {
      writeNow('stdout', `${text}\n`)
      return 0
    },
    answer({ json: value, text, exitCode = 0 }) {
      const line = json ? JSON.stringify(value) : text.replace(/\n$/, '')
      if (line) writeNow('stdout', `${line}\n`)
      return exitCode
    },
    error(error) {
      if (json) writeNow(wraps ? 'stderr' : 'stdout', `${JSON.stringify({ error })}\n`)
      else writeNow('stderr', `${errorText(error)}\n`)
    },
  }
}
