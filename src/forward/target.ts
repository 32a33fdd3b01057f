import type { Duplex } from 'node:stream'

/** One that a connection can be carried to. */
export interface Target {
  name: string
  /**
   * Rejects where it can't be reached. Where the way does not tell that at once, what it returned ends with NOT_TAKEN
   * before anything is read of it: nothing that was said on it has been heard.
   */
  dial(signal: AbortSignal): Promise<Duplex>
}

export interface Targets {
  /** Those that take connections now. */
  ready(): readonly Target[]
  /** Resolves once they may be others, or where that can't be told, after a while. */
  changed(signal: AbortSignal): Promise<void>
}
