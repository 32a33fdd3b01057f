import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DevkError } from '../base/errors.ts'
import { type OnTerminal, startOnTerminal } from '../exec/on-terminal.ts'
import { makePrivateFolder, wipe } from './private-tmpfs.ts'

/** A file in memory that an editor of the user's may work on; what the editor leaves beside it is there, too. */
export interface PrivateFile extends Disposable {
  path: string
  /** What is in it now. */
  content: () => Buffer
  /** Runs a program on the terminal until it ends. Throws EDITOR_FAILED where it ends with another code than 0 or those accepted. */
  run: (
    argv: readonly string[],
    how?: { env?: Record<string, string>; accept?: readonly number[] },
  ) => Promise<number>
}

/** Whatever ends this process but a kill -9 wipes the file: then the next one does. */
export function makePrivateFile(name: string, text: Uint8Array): PrivateFile {
  const folder = makePrivateFolder()
  const path = join(folder, name)
  let program: OnTerminal | undefined
  let isWiped = false
  const wipeOnce = () => {
    if (!isWiped) wipe(folder)
    isWiped = true
  }
  const end = (signal: NodeJS.Signals) => {
    // A Ctrl-C on the terminal is the editor's; many take it for a key.
    if (program && signal === 'SIGINT') return
    const leave = () => process.exit(128 + NUMBERS[signal as keyof typeof NUMBERS])
    if (!program) return leave()
    program.ended.then(leave, leave)
    program.kill()
  }
  const names = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]
  process.on('exit', wipeOnce)
  for (const signal of names) process.on(signal, end)
  const dispose = () => {
    wipeOnce()
    process.off('exit', wipeOnce)
    for (const signal of names) process.off(signal, end)
  }
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    dispose()
    throw error
  }
  return {
    path,
    content: () => readFileSync(path),
    async run([file = '', ...args], { env = {}, accept = [] } = {}) {
      program = startOnTerminal({ file, args, env: { ...env, TMPDIR: folder } })
      try {
        const code = await program.ended
        if (code === 0 || accept.includes(Number(code))) return Number(code)
        throw failed(file, code)
      } finally {
        program = undefined
      }
    },
    [Symbol.dispose]: dispose,
  }
}

const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const

function failed(file: string, code: number | NodeJS.Signals): DevkError {
  const how = typeof code === 'number' ? `ended with code ${code}` : `was ended by ${code}`
  return new DevkError({
    code: 'EDITOR_FAILED',
    message: `${file} ${how}; nothing was written, and what it had changed is gone.`,
    hint: 'Try it by hand, or name another editor by EDITOR.',
  })
}
