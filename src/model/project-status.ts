import type { ErrorFields } from '../base/errors.ts'
import type { SyncStatus } from './activity.ts'
import type { ForwardState } from './forward.ts'

/** What a run did, and what it could not do. */
export interface RunReport {
  built: number
  pushed: number
  applied: number
  removed: string[]
  /** Each thing that was not brought about, with its error or with what it waited for in vain. */
  failures: { what: string; error: ErrorFields }[]
  held: { what: string; reason: string }[]
  /** What was done and why, in the order that it was begun. */
  done: { what: string; why: string[] }[]
  ms: number
}

export type ServiceState = 'ready' | 'starting' | 'failing' | 'stopped' | 'missing' | 'done' | 'image'

export interface ServiceStatus {
  name: string
  state: ServiceState
  /** What it waits for or fails at. */
  why?: string | undefined
  ready: number
  wanted: number
  restarts: number
  /** When its image was built. */
  imageBuiltAt?: string | undefined
  /** Where it can be opened from this machine. */
  urls: string[]
  /** Ports of this machine that lead to its pods; none where no daemon runs. */
  forwards: ForwardState[]
  /** How its containers are beside its sources; undefined where no rule leads any there, or no daemon runs. */
  sync?: SyncStatus | undefined
}

export interface ProjectStatus {
  name: string
  folder: string
  namespace: string
  cluster: { name: string; state: string; why?: string | undefined }
  /** What the daemon is at: a run in progress, or undefined. */
  running?: string | undefined
  /** The daemon that answers; undefined where none runs. */
  daemon?: { pid: number } | undefined
  services: ServiceStatus[]
  /** Why nothing more of what is printed can be kept. */
  logsTrouble?: string | undefined
  /** Why changes of sources are seen late. */
  watchTrouble?: string | undefined
}
