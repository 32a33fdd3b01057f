/** Hints, until they are acted on. */
export interface Bursts extends Disposable {
  /** `renewed`: another thing may be at the path now. */
  hint(path: string, renewed: boolean): void
}

export interface BurstActions {
  /** What was hinted at, each path once, those above before those below. Never called before the last one is done. */
  act(paths: ReadonlyMap<string, boolean>): Promise<void>
  /** So much came at once that some may have been lost; called when it is over, or goes on for long. */
  afterStorm(): Promise<void>
}

/** A save in several steps is one. */
const SOON_MS = 8
const STEP_MS = 4
const QUIET_MS = 15
const LATEST_MS = 100
const STORM_PATHS = 500
/** The system keeps 16,384 for us, and does not say when it lost more. */
const STORM_HINTS = 4_000
const LONG_STORM_MS = 1_000

/** The first hint after quiet is acted on soon; while more keep coming, in every little pause, and without one by and by. */
export function collectBursts({ act, afterStorm }: BurstActions): Bursts {
  let waiting = new Map<string, boolean>()
  let first = 0
  let last = 0
  let timer: NodeJS.Timeout | undefined
  let acting = false
  let closed = false
  let storm = { since: 0, paths: 0, hints: 0 }

  function wait(ms: number): void {
    if (closed || acting || timer) return
    timer = setTimeout(() => {
      timer = undefined
      const now = performance.now()
      const calm = now - last
      const soon = ms === SOON_MS && calm >= STEP_MS
      if (soon || calm >= QUIET_MS || now - first >= LATEST_MS) void go()
      else wait(Math.max(1, Math.ceil(Math.min(last + QUIET_MS, first + LATEST_MS) - now)))
    }, ms)
  }

  async function go(): Promise<void> {
    acting = true
    const paths = new Map([...waiting].sort(([a], [b]) => (a < b ? -1 : 1)))
    waiting = new Map()
    storm.paths += paths.size
    await act(paths)
    const stormy = storm.paths > STORM_PATHS || storm.hints > STORM_HINTS
    const over = waiting.size === 0 || performance.now() - storm.since > LONG_STORM_MS
    if (over) storm = { since: 0, paths: 0, hints: 0 }
    if (over && stormy && !closed) await afterStorm()
    acting = false
    if (waiting.size > 0) wait(SOON_MS)
  }

  return {
    hint(path, renewed) {
      if (closed) return
      last = performance.now()
      if (waiting.size === 0) first = last
      if (storm.hints++ === 0) storm.since = last
      waiting.set(path, renewed || waiting.get(path) === true)
      wait(SOON_MS)
    },
    [Symbol.dispose]() {
      closed = true
      clearTimeout(timer)
    },
  }
}
