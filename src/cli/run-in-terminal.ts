import { toDevkError } from '../base/errors.ts'
import type { ExecOutput } from '../protocol/operations.ts'
import type { Opening, TerminalSize } from '../protocol/terminal.ts'
import type { Answer, CommandContext } from './command.ts'
import { listenForSignals, signalNumbers } from './signals.ts'
import { isTerminal } from './terminal.ts'
import { writeNow } from './write-now.ts'

interface Asked {
  service: string
  container?: string | undefined
  terminal?: TerminalSize | undefined
}

/** Has a command run in a pod as if it ran here: its stdin, stdout, stderr, signals and exit code are devk's own. */
export async function runInTerminal<Name extends 'exec' | 'shell'>(
  operation: Name,
  asked: Name extends 'exec' ? Asked & { command: string[] } : Asked & { image: string },
  { carry, onProgress }: CommandContext,
  { json }: { json: boolean },
): Promise<Answer> {
  const onTerminal = isTerminal(0) && isTerminal(1)
  using signals = listenForSignals()
  const input = { ...asked, ...(onTerminal && { terminal: sizeNow() }) }
  try {
    const { exitCode } = await carry<Name>(operation, input as never, {
      cancel: signals.cancel,
      kill: signals.kill,
      carry: async (connection, opening) => {
        tell(opening, { json, onProgress })
        const { carryTerminal } = await import('../client/carry-terminal.ts')
        const { stdin, stdout, stderr } = process
        if (onTerminal) stdin.setRawMode(true)
        const resized = new AbortController()
        try {
          return await carryTerminal<ExecOutput>(connection, {
            stdin,
            stdout,
            stderr,
            onNote: message => onProgress({ type: 'note', message }),
            events({ size, signal }) {
              signals.passTo(signal)
              const resize = () => size(sizeNow())
              if (onTerminal) stdout.on('resize', resize)
              resized.signal.addEventListener('abort', () => stdout.off('resize', resize))
            },
          })
        } finally {
          resized.abort()
          if (onTerminal) stdin.setRawMode(false)
          stdin.destroy()
        }
      },
    })
    return { json: undefined, text: '', exitCode }
  } catch (thrown) {
    const error = toDevkError(thrown)
    const last = signals.last()
    // Whoever reads no more is not told of it, as by any program that writes into a closed pipe.
    if (error.code === 'STDOUT_CLOSED') return { json: undefined, text: '', exitCode: 128 + SIGPIPE }
    if (last && (error.code === 'INTERRUPTED' || signals.kill.aborted))
      return { json: undefined, text: '', exitCode: 128 + signalNumbers[last] }
    throw error
  }
}

const SIGPIPE = 13

function sizeNow(): TerminalSize {
  const { columns = 80, rows = 24 } = process.stdout
  return { columns, rows }
}

function tell(
  { pod, container, others }: Opening,
  { json, onProgress }: { json: boolean; onProgress: CommandContext['onProgress'] },
): void {
  const message = `This runs in pod ${pod}, one of ${others.length + 1}; the others: ${others.join(', ')}.`
  if (json) writeNow('stderr', `${JSON.stringify({ pod, container, others })}\n`)
  else if (others.length > 0) onProgress({ type: 'note', message })
}
