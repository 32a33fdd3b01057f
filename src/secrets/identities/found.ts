import type { Key } from '../age/key.ts'

/** What was found in one place where sops looks for keys. */
export interface Found {
  /** As a message names it: a variable or a path, never a key. */
  source: string
  usable: Key[]
  /** The place has keys that only sops itself can use. */
  foreign?: Foreign | undefined
  /** The place can't be used at all: why. */
  trouble?: string | undefined
}

export interface Foreign {
  why: string
  /** The kind of recipients that such keys can be of. */
  of: 'age' | 'ssh'
}
