import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Command } from './command.ts'
import { childEnvironment } from './environment.ts'

/** A long-lived child that is talked to line by line. It has a process group of its own: a terminal's Ctrl-C is ours. */
export interface Peer {
  lines: AsyncIterable<string>
  /** What it wrote to stderr, the last of it. */
  complaint(): string
  send(line: string): void
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
  /** Ends it within half a second, and what it started. */
  kill(): void
}

const KILL_AFTER_MS = 500
const KEPT_COMPLAINT = 16 * 1024

/** For the thin side: it starts in a few milliseconds and loads nothing else. */
export function startPeer({ file, args, env, cwd }: Command): Peer {
  const child = spawn(file, args, {
    detached: true,
    env: childEnvironment(process.env, env),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint = (complaint + chunk).slice(-KEPT_COMPLAINT)
  })
  // A peer that ended takes no more lines; its end is told by `ended`.
  child.stdin.on('error', () => {})
  return {
    lines: createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }),
    complaint: () => complaint,
    send: line => void child.stdin.write(`${line}\n`),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(code ?? signal ?? 1))
    }),
    kill: () => {
      const signalGroup = (signal: NodeJS.Signals) => {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, signal)
        } catch {
          // It has ended already.
        }
      }
      // Asked first, it ends its own children too: they have groups of their own.
      signalGroup('SIGTERM')
      setTimeout(() => signalGroup('SIGKILL'), KILL_AFTER_MS).unref()
    },
  }
}
