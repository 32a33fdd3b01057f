import { type FSWatcher, watch } from 'node:fs'
import { sleep } from '../base/time.ts'

/** Where changes of the folder can't be heard of, it is looked at so often. */
const LOOK_MS = 250

export interface Changes extends Disposable {
  /** The names that changed since the last time, as soon as there are any; `all` where that can't be told. */
  next(): Promise<ReadonlySet<string> | 'all'>
}

/** What changes in a folder, which may not be there yet. Its owner ends it; so does the signal. */
export function hearChanges(folder: string, signal: AbortSignal): Changes {
  let changed: Set<string> | 'all' = 'all'
  let tell = () => {}
  let watcher: FSWatcher | undefined
  const hear = (name: string | null) => {
    if (name === null) changed = 'all'
    else if (changed !== 'all') changed.add(name)
    tell()
  }
  const abort = () => hear(null)
  signal.addEventListener('abort', abort, { once: true })

  function listen(): void {
    try {
      watcher = watch(folder, (_, name) => hear(name))
      watcher.on('error', () => {
        watcher?.close()
        watcher = undefined
        hear(null)
      })
      // What changed before it listened was not heard.
      changed = 'all'
    } catch {
      // Not there yet, or no more watches are to be had.
    }
  }
  listen()
  return {
    async next() {
      if (!watcher) {
        await sleep(LOOK_MS, signal).catch(() => {})
        listen()
        return 'all'
      }
      const isQuiet = () => changed !== 'all' && changed.size === 0
      while (isQuiet() && !signal.aborted) {
        await new Promise<void>(resolve => {
          tell = resolve
        })
      }
      const names = changed
      changed = new Set()
      return names
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', abort)
      watcher?.close()
    },
  }
}
