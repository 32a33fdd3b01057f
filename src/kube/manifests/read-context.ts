import type { Run } from '../../exec/run.ts'

export interface ReadContext {
  run: Run
  /** What a chart is rendered for; nothing else looks at it. */
  namespace: string
  signal: AbortSignal
  /** Told what was left out, and why. */
  say?: ((note: string) => void) | undefined
  env?: NodeJS.ProcessEnv
}
