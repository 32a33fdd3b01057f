import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../../src/exec/run.ts'
import { eventually } from './machine.ts'

export interface LiveTerminal {
  /** Resolves once this was to be seen after what was typed last. */
  saw(text: string | RegExp): Promise<void>
  type(text: string): void
  resize(rows: number, columns: number): Promise<void>
  ended: Promise<number | null>
}

/** A command on a terminal of its own, as a person sees it who types, waits, and pulls at the window. */
export function liveTerminal(
  command: string,
  { cwd, env, rows, columns }: { cwd: string; env: NodeJS.ProcessEnv; rows: number; columns: number },
): LiveTerminal {
  const place = join(cwd, `.terminal-${crypto.randomUUID()}`)
  const all = `tty > ${place}; stty rows ${rows} cols ${columns}; exec ${command}`
  const script = { file: 'script', args: ['--quiet', '--return', '--command', all, '/dev/null'] }
  const child = spawn(script.file, script.args, { cwd, env })
  let seen = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      seen += chunk
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  return {
    ended,
    type(text) {
      seen = ''
      child.stdin.write(text)
    },
    saw: text =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!(typeof text === 'string' ? seen.includes(text) : text.test(seen))) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
        void ended.then(() => reject(new Error(`it ended without ${text}:\n${seen}`)))
      }),
    async resize(rows, columns) {
      const terminal = await eventually(async () => (await readFile(place, 'utf8')).trim())
      await run({ file: 'stty', args: ['-F', terminal, 'rows', String(rows), 'cols', String(columns)] })
    },
  }
}
