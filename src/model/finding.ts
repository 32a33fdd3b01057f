/** What the doctor says of one thing that devk depends on. */
export interface Finding {
  check: string
  verdict: 'good' | 'warning' | 'bad'
  /** What was seen. */
  seen: string
  /** What to do about it, where there is something to do. */
  advice?: string | undefined
}
