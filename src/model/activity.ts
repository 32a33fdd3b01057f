/** What devk did by itself since something changed, or why it did not. */
export interface Activity {
  at: string
  /** Without one it is about the project. */
  service?: string | undefined
  message: string
  /** It is something that the reader should mend. */
  trouble?: true | undefined
}

/** How a service's containers are beside its sources. */
export interface SyncStatus {
  /** `idle`: there is nothing to write into. */
  state: 'in sync' | 'syncing' | 'rebuilding' | 'waiting' | 'failing' | 'paused' | 'idle'
  /** What it waits for or fails at. */
  why?: string | undefined
  /** Files that are still to be written. */
  behind: number
  /** How many files the last change was, and how long it took until all containers had it. */
  last?: { files: number; ms: number; at: string } | undefined
}
