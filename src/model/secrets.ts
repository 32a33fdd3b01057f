import type { ErrorFields } from '../base/errors.ts'

/** What `devk secrets check` says of one file. */
export interface CheckedSecrets {
  /** Relative to the folder that was checked. */
  file: string
  /** Without any, all of it decrypts and is as it was written. */
  fault?: ErrorFields | undefined
}
