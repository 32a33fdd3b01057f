/** Whose lines they are. */
export interface LogSource {
  service: string
  namespace: string
  pod: string
  /** The pod's: another pod of the same name is another source. */
  uid: string
  /** Absent where the lines are Kubernetes' events. */
  container?: string
  /** It is an init container. */
  init?: true
}

/** Tells sources apart. */
export function sourceKey({ service, uid, container }: LogSource): string {
  return `${service} ${uid} ${container ?? ''}`
}

/** Until where a source was kept. */
export interface LogPosition {
  /** Of the last whole line, and how many lines bear that time. */
  time: string
  count: number
  /** Of a line after it that is too long to be kept at once: what is kept of it already. */
  part?: { time: string; bytes: number }
}

/** Where the lines of one source go. What it has is known by its position, also after a crash. */
export interface LogSink extends AsyncDisposable {
  readonly position: LogPosition | undefined
  /**
   * Pieces of lines, each line `time text\n`, the time in UTC with nanoseconds. Resolves once there is place for more;
   * throws what the disk said.
   */
  write(bytes: Buffer): Promise<void>
  /** What comes now is of the container's next run. */
  beginRun(run: number): void
  /** The line that was begun ends without a newline. */
  endLine(): void
  /** The line that was begun comes again from its beginning, but for what the position says is kept of it. */
  abandonLine(): void
  /** Told when what was written can't be kept: the position is an earlier one by then. Answers how to end it. */
  onFailure(listener: (error: Error) => void): () => void
}
