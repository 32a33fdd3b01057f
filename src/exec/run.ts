import { execa } from 'execa'
import { DevkError, toDevkError } from '../base/errors.ts'
import { type Command, commandLine, hide } from './command.ts'
import { childEnvironment } from './environment.ts'

export interface RunOptions {
  /** Ends the process and every process that it started. */
  signal?: AbortSignal
  onLine?: (line: string, from: 'stdout' | 'stderr') => void
  /** Exit codes besides 0 that are an answer, not a failure. */
  accept?: readonly number[]
  /** What it writes is told exactly: each byte as one character, the end of the last line too. */
  exact?: boolean
}

export interface Ran {
  exitCode: number
  stdout: string
  stderr: string
}

/**
 * Runs a program to its end: no shell, argv as given.
 * Throws COMMAND_MISSING where there is no such program, COMMAND_FAILED with a pasteable command line and the output,
 * and the signal's reason where it was aborted; nothing that the program started is alive then.
 */
export type Run = (command: Command, options?: RunOptions) => Promise<Ran>

export const run: Run = async (command, options = {}) => {
  options.signal?.throwIfAborted()
  const child = execa(command.file, command.args, {
    env: childEnvironment(process.env, command.env),
    extendEnv: false,
    stripFinalNewline: true,
    reject: false,
    // It is in a session of its own then, too: it has no terminal to ask anything on.
    killDescendants: true,
    forceKillAfterDelay: 3_000,
    maxBuffer: 64 * 1024 * 1024,
    ...(command.cwd !== undefined && { cwd: command.cwd }),
    ...(command.input === undefined ? { stdin: 'ignore' } : { input: command.input }),
    ...(options.signal && { cancelSignal: options.signal }),
    ...(options.exact && { encoding: 'latin1' as const, stripFinalNewline: false }),
  })
  const [result] = await Promise.all([
    child,
    follow(child, 'stdout', command, options),
    follow(child, 'stderr', command, options),
  ])
  if (result.isCanceled) {
    // A grandchild may outlive the process that was told to end, and hold no pipe of ours.
    child.kill('SIGKILL')
    throw toDevkError(options.signal?.reason)
  }
  const exitCode = result.exitCode
  if (exitCode === undefined) throw neverRan(command, result)
  if (exitCode !== 0 && !options.accept?.includes(exitCode)) {
    throw failed(command, `exited with code ${exitCode}`, result)
  }
  return { exitCode, stdout: result.stdout, stderr: result.stderr }
}

interface Result {
  stdout?: string | undefined
  stderr?: string | undefined
  code?: string | undefined
  signal?: string | undefined
  originalMessage?: string | undefined
}

async function follow(
  child: { iterable(options: { from: 'stdout' | 'stderr' }): AsyncIterable<unknown> },
  from: 'stdout' | 'stderr',
  command: Command,
  { onLine }: RunOptions,
): Promise<void> {
  if (!onLine) return
  try {
    for await (const line of child.iterable({ from })) onLine(hide(String(line), command.secrets), from)
  } catch {
    // The process's own result tells how it ended; the lines until then were delivered.
  }
}

function neverRan(command: Command, result: Result): DevkError {
  if (result.code === 'ENOENT') {
    return new DevkError({
      code: 'COMMAND_MISSING',
      message: `${command.file} is not installed, or not on PATH.`,
      hint: 'devk doctor lists what devk needs and how to get it.',
      detail: `$ ${commandLine(command)}`,
    })
  }
  return failed(command, result.signal ? `was ended by ${result.signal}` : 'could not be started', result)
}

const KEPT_LINES = 40

function failed(command: Command, how: string, result: Result): DevkError {
  const output = [result.stdout, result.stderr].filter(Boolean).join('\n')
  const lines = hide(output, command.secrets).trimEnd().split('\n')
  const kept = lines.slice(-KEPT_LINES)
  if (kept.length < lines.length) kept.unshift(`[${lines.length - kept.length} lines before]`)
  return new DevkError({
    code: 'COMMAND_FAILED',
    message: `${[command.file, ...command.args.slice(0, 2)].map(word => hide(word, command.secrets)).join(' ')} ${how}.`,
    detail: [`$ ${commandLine(command)}`, ...kept, ...(output ? [] : [result.originalMessage ?? ''])]
      .filter((line, index) => index === 0 || line !== '')
      .join('\n'),
  })
}
