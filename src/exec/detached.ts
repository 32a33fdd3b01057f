import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Command } from './command.ts'
import { childEnvironment } from './environment.ts'

/** Starts a process that outlives this one and its terminal; what it writes is added to the log. */
export function startDetached({ file, args, env, cwd }: Command, log: string): { ended: Promise<number> } {
  const output = openSync(log, 'a', 0o600)
  try {
    const child = spawn(file, args, {
      detached: true,
      env: childEnvironment(process.env, env),
      stdio: ['ignore', output, output],
      ...(cwd !== undefined && { cwd }),
    })
    child.unref()
    return {
      ended: new Promise((resolve, reject) => {
        child.once('error', reject)
        child.once('exit', code => resolve(code ?? 1))
      }),
    }
  } finally {
    closeSync(output)
  }
}
