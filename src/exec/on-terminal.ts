import { spawn } from 'node:child_process'
import { DevkError, errorCode } from '../base/errors.ts'
import { type Command, commandLine } from './command.ts'
import { childEnvironment } from './environment.ts'

/** A program of the user's that has this process's own terminal: its keys and its Ctrl-C are that program's. */
export interface OnTerminal {
  /** Its exit code, or the signal that ended it. Throws COMMAND_MISSING. */
  ended: Promise<number | NodeJS.Signals>
  /** Ends it within two seconds. */
  kill(): void
}

const KILL_AFTER_MS = 2_000

export function startOnTerminal(command: Command): OnTerminal {
  const { file, args, env, cwd } = command
  const child = spawn(file, args, {
    env: childEnvironment(process.env, env),
    stdio: 'inherit',
    ...(cwd !== undefined && { cwd }),
  })
  return {
    ended: new Promise((resolve, reject) => {
      child.once('error', error => reject(neverRan(command, error)))
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 1))
    }),
    kill: () => {
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref()
    },
  }
}

function neverRan(command: Command, error: Error): DevkError {
  const isMissing = errorCode(error) === 'ENOENT'
  return new DevkError({
    code: isMissing ? 'COMMAND_MISSING' : 'COMMAND_FAILED',
    message: `${command.file} ${isMissing ? 'is not installed, or not on PATH' : `could not be started (${errorCode(error)})`}.`,
    detail: `$ ${commandLine({ file: command.file, args: command.args })}`,
    cause: error,
  })
}
