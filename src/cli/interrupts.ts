export interface Interrupts {
  /** Cancels the work; it then cleans up. */
  cancel: AbortSignal
  /** Ends this process's part at once. */
  kill: AbortSignal
}

const SECOND_WITHIN_MS = 2_000

/** The first Ctrl-C cancels and says so; the second one ends everything at once. */
export function listenForInterrupts(say: (message: string) => void): Interrupts {
  const cancel = new AbortController()
  const kill = new AbortController()
  onInterrupt(() => {
    if (cancel.signal.aborted) {
      say('Ended at once; what was half done is left. The next command recognises it.')
      return kill.abort()
    }
    say('Stopping, and cleaning up what is half done. Ctrl-C again ends at once.')
    cancel.abort()
  })
  return { cancel: cancel.signal, kill: kill.signal }
}

/** The first Ctrl-C leaves the work to the daemon, after a moment in which the second one cancels it. */
export function listenForDetach(say: (message: string) => void): Interrupts {
  const cancel = new AbortController()
  const kill = new AbortController()
  let detaching: NodeJS.Timeout | undefined
  onInterrupt(() => {
    if (cancel.signal.aborted) return kill.abort()
    if (detaching) {
      clearTimeout(detaching)
      say('Cancelling the run.')
      return cancel.abort()
    }
    say('Detaching: the daemon goes on; devk status shows how far it is. Ctrl-C again cancels the run.')
    detaching = setTimeout(() => kill.abort(), SECOND_WITHIN_MS)
  })
  return { cancel: cancel.signal, kill: kill.signal }
}

function onInterrupt(interrupt: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
}
