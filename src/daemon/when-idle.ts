export interface IdleTask {
  afterMs: number
  act: () => void
}

/** What is done while nobody asks for anything, each after its own time; again after each time that somebody did. */
export function whenIdle(tasks: readonly IdleTask[]): { pause: () => void; restart: () => void } {
  let timers: NodeJS.Timeout[] = []
  const pause = () => timers.forEach(timer => void clearTimeout(timer))
  const restart = () => {
    pause()
    timers = tasks.map(({ afterMs, act }) => setTimeout(act, afterMs))
  }
  restart()
  return { pause, restart }
}
