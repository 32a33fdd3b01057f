import type { DevkError } from '../base/errors.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** What others may use of a node's work; it is kept with its record. */
export type Output = { [key: string]: Json }

/** What an outcome depends on, one named input each: equal inputs mean that there is nothing to do. */
export type Fingerprint = Record<string, string>

/** The outputs of the nodes that a node needs, by their ids. */
export type Inputs = ReadonlyMap<string, Output>

export type Outcome =
  | { is: 'changed'; output: Output }
  | { is: 'unchanged'; output: Output }
  | { is: 'failed'; error: DevkError }
  /** It was not tried. */
  | { is: 'held'; reason: string }

/** One thing that a run brings about: a cluster, an image, a service's workloads. */
export interface Node {
  /** `kind:name`; the kind says who can remove it. */
  readonly id: string
  /** As a person calls it while it is worked on. */
  readonly title: string
  /** Ids of the nodes that must be done before. */
  readonly needs: readonly string[]
  /** Nodes of one pool share its places. */
  readonly pool?: string | undefined

  /** Changes nothing. Called once all that it needs is done. */
  fingerprint(inputs: Inputs, signal: AbortSignal): Promise<Fingerprint>

  /**
   * Looks whether what a run with the same fingerprint left is there still: undefined, or why it is not.
   * Changes nothing.
   */
  lost?(record: NodeRecord, inputs: Inputs, signal: AbortSignal): Promise<string | undefined>

  /** Whether what was made of the one will do for the other; where this is left out, only where they are equal. */
  same?(before: Fingerprint, after: Fingerprint): boolean

  /** In words, what differs between two fingerprints; the engine names the inputs where this is left out. */
  explain?(before: Fingerprint, after: Fingerprint): string[]

  /**
   * Brings it about, from whatever an earlier or interrupted run left. Throws a DevkError where it fails. An aborted
   * signal ends it soon, with nothing of its own still running, in a state that the next `apply` goes on from.
   */
  apply(context: ApplyContext, signal: AbortSignal): Promise<Output>
}

export interface ApplyContext {
  inputs: Inputs
  fingerprint: Fingerprint
  /** What the last run left, whether or not it came to its end. */
  record: NodeRecord | undefined
  why: readonly string[]
  /** Puts on disk what must be found again if devk is killed now: before it is made. */
  remember(notes: Output): Promise<void>
  say(detail: string): void
  note(message: string): void
}

/**
 *   (none) ──► applying ──► done
 *                 │  ▲        │ other inputs, or lost
 *                 ▼  └────────┘
 *               failed ──► applying
 */
export interface NodeRecord {
  id: string
  needs: string[]
  phase: 'applying' | 'done' | 'failed'
  fingerprint: Fingerprint
  output: Output
  notes: Output
  /** When it came into this phase. */
  at: string
  error?: { code: string; message: string; hint?: string; detail?: string } | undefined
}

/** Where records are kept. What `write` returned from is found again after a kill -9. */
export interface RecordStore {
  read(id: string): Promise<NodeRecord | undefined>
  list(): Promise<NodeRecord[]>
  write(record: NodeRecord): Promise<void>
  remove(id: string): Promise<void>
}
