/** What is known of a container at one moment. */
export interface SeenContainer {
  /** Another one whenever its log may go on: it started, ended, or was restarted. */
  state: string
  /** `coming`: nothing was printed yet. `ended`: nothing more comes of this run. */
  is: 'coming' | 'running' | 'ended'
  /** How many times it was restarted. */
  run: number
  /** Whose log is told as that of the run before. */
  runBefore: number
  /** Another one whenever the cluster is heard of again: connections from before may be dead without a sign. */
  epoch: number
  /** The cluster is not heard of. */
  lost: boolean
}

export interface ContainerView {
  namespace: string
  pod: string
  container: string
  /** Undefined where its pod is gone. */
  now(): SeenContainer | undefined
  /** Resolves soon after something is another one. */
  changed(signal: AbortSignal): Promise<void>
}
