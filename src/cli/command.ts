import type { Carry } from '../client/ask-daemon.ts'
import type { DaemonUse } from '../client/ask-project.ts'
import type { Progress } from '../model/steps.ts'
import type { FollowedName, OperationName } from '../protocol/messages.ts'
import type { Operations } from '../protocol/operations.ts'

/** A command is data and a short handler: it computes, and one Output prints. */
export interface Command {
  /** As it is typed: `cluster create`. */
  name: string
  summary: string
  /** cac's notation: `[name]`. */
  args?: string
  options: CommandOption[]
  examples: string[]
  /** The first Ctrl-C leaves the work to the daemon; the second one cancels it. */
  detaches?: boolean
  /** Ctrl-C is how it is meant to end. */
  endsByInterrupt?: boolean
  /** It runs a program of the user's: stdin, stdout and signals are that one's, and devk's own words go to stderr. */
  wraps?: boolean
  run: (parsed: Parsed, context: CommandContext) => Promise<Answer>
}

export interface CommandOption {
  /** cac's notation: `--workers <count>`; a value may be given several times where `many` says so. */
  flags: string
  about: string
  many?: boolean
}

export interface Parsed {
  args: string[]
  /** Exactly what was typed: `1.30` stays `1.30`. */
  values: Record<string, string[]>
  /** Options without a value. */
  flags: ReadonlySet<string>
}

export interface CommandContext {
  ask: <Name extends OperationName>(
    operation: Name,
    input: Operations[Name]['input'],
  ) => Promise<Operations[Name]['output']>
  /** Asks what knows the project: its daemon, which is started, only used where it runs, or ended before. */
  askProject: <Name extends OperationName>(
    operation: Name,
    input: Operations[Name]['input'],
    daemon: DaemonUse,
  ) => Promise<Operations[Name]['output']>
  /** Has the project's daemon, which is started, tell items until Ctrl-C. */
  follow: <Name extends FollowedName>(
    operation: Name,
    input: Operations[Name]['input'],
    onItem: (item: Operations[Name]['item']) => void,
  ) => Promise<Operations[Name]['output']>
  /** Has the project's daemon, which is started, perform what bytes flow for. */
  carry: <Name extends OperationName>(
    operation: Name,
    input: Operations[Name]['input'],
    how: { carry: Carry<Name>; cancel: AbortSignal; kill: AbortSignal },
  ) => Promise<Operations[Name]['output']>
  onProgress: (progress: Progress) => void
  /** Asks the person a question; false where nobody can answer. */
  confirm: (question: string) => Promise<boolean>
  isInteractive: boolean
  /** For a command that goes on after its first answer. */
  print: (answer: Answer) => void
  /** For what comes in bulk: resolves once there is place for more, or nobody reads any more. */
  write: (bytes: Uint8Array) => Promise<void>
  /** Aborts by Ctrl-C. */
  signal: AbortSignal
}

export interface Answer {
  /** What `--json` prints. */
  json: unknown
  /** What a person reads. */
  text: string
  /** Where the answer itself is a failure. */
  exitCode?: number
}

export function one(parsed: Parsed, name: string): string | undefined {
  return parsed.values[name]?.at(-1)
}

/** `--profile ci,fast` */
export function profilesOf(parsed: Parsed): string[] {
  return (one(parsed, 'profile') ?? '').split(',').filter(Boolean)
}
