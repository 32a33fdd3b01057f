import type { ErrorFields } from '../base/errors.ts'

/** What of a SOPS file becomes a Secret, and where. All that decides that is said here: a file is only trusted for values. */
export interface SecretSpec {
  name: string
  file: string
  /** The value or mapping that is taken of it; all of it where this is left out. */
  key?: string | undefined
  /** What is taken becomes this one entry; each key of it becomes one where this is left out. */
  entry?: string | undefined
  /** The file is a Kubernetes Secret: its `data` and `stringData` are taken. */
  manifest: boolean
  /** As Kubernetes names it. */
  type: string
  namespaces: string[]
  /** It may go to a cluster that is not of this machine. */
  remote: boolean
}

/** Decrypted, by their names: in memory only. */
export type SecretEntries = ReadonlyMap<string, Buffer>

/** What `devk secrets list` says of one Secret: read without any key. */
export interface ListedSecret extends Pick<SecretSpec, 'name' | 'type' | 'namespaces'> {
  /** Relative to the project. */
  file: string
  /** The names of its entries, without their values. */
  keys: string[]
  /** Why they can't be told. */
  fault?: ErrorFields | undefined
}

/** What `devk secrets check` says of one file. */
export interface CheckedSecrets {
  /** Relative to the folder that was checked. */
  file: string
  /** Without any, all of it decrypts and is as it was written. */
  fault?: ErrorFields | undefined
  /** Where its encrypted values are that are too short to be hidden in logs. */
  short?: string[] | undefined
}

/** What became of one value of a file. */
export interface SetSecret {
  /** As it was named. */
  file: string
  path: string
  outcome: 'created' | 'added' | 'changed' | 'unchanged'
}

/** A file, decrypted for an editor. */
export interface OpenedSecret {
  name: string
  isNew: boolean
  /** base64; where sops itself has to open it, it is still encrypted. */
  text: string
  /** Says later whether the file is still the same. */
  stamp: string
  /** The user's editor, as a command line. */
  editor: string[]
  /** Where only sops opens it: how it edits the file that is named last. */
  sops?: { command: string[]; why: string } | undefined
}

export interface SavedSecret {
  file: string
  outcome: 'created' | 'changed'
}

/** What a project has now that is needed to keep secrets in it; `made` by this very command. */
export interface InitSecrets {
  key: { recipient: string; source: string; made: boolean }
  config: { file: string; made: boolean }
  example: { file: string; made: boolean } | undefined
}
