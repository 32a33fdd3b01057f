import type { PassedSignal } from '../protocol/terminal.ts'

/** A shell's code for a command that a signal ended is 128 and this. */
export const signalNumbers: Readonly<Record<PassedSignal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGTERM: 15,
}

export interface Signals extends Disposable {
  /** Aborts by the first one, as long as there is nobody to pass them on to. */
  cancel: AbortSignal
  /** Aborts by the third one, whatever became of those before. */
  kill: AbortSignal
  /** The last one. */
  last(): PassedSignal | undefined
  /** Passes them on from now on. */
  passTo(take: (signal: PassedSignal) => void): void
}

/** Who sends as many means devk itself, as where a command takes no notice of them. */
const MOST_PASSED = 3

/** Signals that are for a command that runs elsewhere, once it does. */
export function listenForSignals(): Signals {
  const cancel = new AbortController()
  const kill = new AbortController()
  let count = 0
  let last: PassedSignal | undefined
  let pass: ((signal: PassedSignal) => void) | undefined
  const take = (signal: PassedSignal) => {
    last = signal
    count++
    if (count === MOST_PASSED) kill.abort()
    else if (pass) pass(signal)
    else cancel.abort()
  }
  const names = Object.keys(signalNumbers) as PassedSignal[]
  for (const name of names) process.on(name, take as NodeJS.SignalsListener)
  return {
    cancel: cancel.signal,
    kill: kill.signal,
    last: () => last,
    passTo: to => {
      pass = to
    },
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, take as NodeJS.SignalsListener)
    },
  }
}
