import type { Readable } from 'node:stream'
import type { Answer } from './refusals.ts'

/** An agent's answers in their order; undefined once there are no more. */
export function readAnswers(stdout: Readable): { next(): Promise<Answer | undefined> } {
  const answers = split(stdout)
  return { next: async () => (await answers.next()).value ?? undefined }
}

async function* split(stdout: Readable): AsyncGenerator<Answer, undefined> {
  let rest = ''
  let lines: string[] = []
  const decoder = new TextDecoder()
  try {
    for await (const chunk of stdout) {
      const parts = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) {
        if (line.startsWith('= ')) {
          yield { lines, outcome: line.slice(2) }
          lines = []
        } else {
          lines.push(line)
        }
      }
    }
  } catch {
    // A connection that was cut says no more, as one that was ended.
  }
  return undefined
}
