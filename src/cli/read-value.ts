import { interrupted } from '../base/errors.ts'
import { isTerminal } from './terminal.ts'
import { writeNow } from './write-now.ts'

/** What comes by stdin, all of it; a person at a terminal is asked, and nothing of what is typed is shown. */
export async function readValue(question: string): Promise<Buffer> {
  if (isTerminal(0)) return await askHidden(question)
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const [CTRL_C, CTRL_D, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f']

async function askHidden(question: string): Promise<Buffer> {
  const { stdin } = process
  writeNow('stderr', `${question} `)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  try {
    let typed: string[] = []
    for await (const keys of stdin as AsyncIterable<string>) {
      for (const key of keys) {
        if (key === CTRL_C) throw interrupted()
        if (key === '\r' || key === '\n' || key === CTRL_D) return Buffer.from(typed.join(''), 'utf8')
        if (key === BACKSPACE || key === DELETE) typed = typed.slice(0, -1)
        else typed.push(key)
      }
    }
    throw interrupted()
  } finally {
    stdin.setRawMode(false)
    stdin.destroy()
    writeNow('stderr', '\n')
  }
}

/** Shells put a line end behind whatever they print. */
export function withoutLineEnd(value: Buffer): Buffer {
  if (value.at(-1) !== 0x0a) return value
  return value.subarray(0, value.at(-2) === 0x0d ? -2 : -1)
}
