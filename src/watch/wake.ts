const EVERY_MS = 2_000
const LATE_MS = 10_000

/** Calls when the clock went on while this process did not: the machine slept, and told nobody what was done meanwhile. */
export function onWake(wake: () => void, { now = Date.now, everyMs = EVERY_MS } = {}): Disposable {
  let last = now()
  const timer = setInterval(() => {
    const passed = now() - last
    last = now()
    if (passed > everyMs + LATE_MS) wake()
  }, everyMs)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
