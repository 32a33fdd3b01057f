/** Where the lines of one container go. What it has is known by its position, also after a crash. */
export interface LogSink extends AsyncDisposable {
  /** The last whole line: its time, and how many lines bear it; and what it has of a long line after that. */
  readonly position: SinkPosition | undefined
  /** Pieces of lines, each line `time text\n`, the time in UTC with nanoseconds. Throws where it can't keep them. */
  write(bytes: Buffer): Promise<void>
  beginRun(run: number): void
  /** The line that was begun ends without a newline. */
  endLine(): void
  /** The line that was begun comes again from its beginning. */
  abandonLine(): void
  /** Told when what was written could not be kept: the position is an earlier one by then. Answers how to end it. */
  onFailure(listener: (error: Error) => void): () => void
}

export interface SinkPosition {
  time: string
  count: number
  part?: { time: string; bytes: number }
}
