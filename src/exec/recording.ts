import type { Command } from './command.ts'
import type { Ran, Run } from './run.ts'

/** A runner for tests: starts nothing, remembers each command, and answers as it is told. */
export function recordingRun(answer: (command: Command) => Partial<Ran> | Error | undefined): {
  run: Run
  commands: Command[]
} {
  const commands: Command[] = []
  const run: Run = async (command, options = {}) => {
    options.signal?.throwIfAborted()
    commands.push(command)
    const given = answer(command)
    if (given instanceof Error) throw given
    const ran = { exitCode: 0, stdout: '', stderr: '', ...given }
    for (const line of lines(ran.stdout)) options.onLine?.(line, 'stdout')
    for (const line of lines(ran.stderr)) options.onLine?.(line, 'stderr')
    return ran
  }
  return { run, commands }
}

function lines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
