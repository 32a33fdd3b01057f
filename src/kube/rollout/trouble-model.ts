/** What keeps a pod from being ready. */
export interface Trouble {
  pod: string
  container?: string | undefined
  /** Kubernetes' own word: `CrashLoopBackOff`, `Unschedulable`, `ReadinessProbe`. */
  reason: string
  /** For a person, as the end of `pod x: ...`. */
  message: string
  /** Waiting longer will most probably not help. */
  fatal: boolean
  /** How long it must go on before that is believed. */
  graceMs: number
  /** Since when, where the cluster tells; otherwise since it was first seen. In milliseconds. */
  since?: number | undefined
}

export type Found = Omit<Trouble, 'pod'>
