import type { Hidden } from '../../base/hidden/hidden.ts'
import type { KubeObject, ObjectMeta } from '../object.ts'
import type { Resource } from './discovery.ts'

export interface ApplyOptions {
  signal: AbortSignal
  /** Told what Secrets hold, before they are applied. */
  hide: Hidden['hide']
  /** Told what it waits for. */
  say: (waits: string) => void
  /** Told what the reader should know although nothing failed. */
  note?: (message: string) => void
  /** Requests at once; 8 unless told. */
  concurrency?: number
}

/** An object, and where it goes. */
export interface Placed {
  object: KubeObject
  resource: Resource
}

/** And what was there before. */
export interface Due extends Placed {
  before: ObjectMeta | undefined
}
