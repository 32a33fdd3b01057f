/** The first Ctrl-C cancels and says so; the second one ends everything at once. */
export function listenForInterrupts(say: (message: string) => void): {
  cancel: AbortSignal
  kill: AbortSignal
} {
  const cancel = new AbortController()
  const kill = new AbortController()
  const interrupt = () => {
    if (cancel.signal.aborted) {
      say('Ended at once; what was half done is left. The next command recognises it.')
      kill.abort()
      return
    }
    say('Stopping, and cleaning up what is half done. Ctrl-C again ends at once.')
    cancel.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  process.on('SIGHUP', interrupt)
  return { cancel: cancel.signal, kill: kill.signal }
}
