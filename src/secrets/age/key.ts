import type { AgeFile } from './age-file.ts'

/** A key of the user's, of any kind that devk itself uses. */
export interface Key {
  /** What is in an age file; undefined where the file is for somebody else, or broken. */
  decrypt: (file: AgeFile) => Promise<Buffer | undefined>
  /** Its public half. */
  recipient: () => Promise<string>
}
