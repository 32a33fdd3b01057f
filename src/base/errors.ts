export interface ErrorFields {
  /** Stable and machine-readable, e.g. `CLUSTER_DIFFERS`. */
  code: string
  /** What failed, and the state that it left. */
  message: string
  /** The next step: what the reader can do about it. */
  hint?: string
  /** What was captured: a pasteable command line and its output, a differing value. */
  detail?: string
}

/** The one error shape: thrown inside, sent over the wire, printed at the end. */
export class DevkError extends Error {
  readonly code: string
  readonly hint?: string
  readonly detail?: string

  constructor({ code, message, hint, detail, cause }: ErrorFields & { cause?: unknown }) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'DevkError'
    this.code = code
    if (hint !== undefined) this.hint = hint
    if (detail !== undefined) this.detail = detail
  }

  toJSON(): ErrorFields {
    const { code, message, hint, detail } = this
    return { code, message, ...(hint !== undefined && { hint }), ...(detail !== undefined && { detail }) }
  }
}

/** Whatever was thrown, as the one shape. An abort becomes INTERRUPTED, or the DevkError that was its reason. */
export function toDevkError(thrown: unknown): DevkError {
  if (thrown instanceof DevkError) return thrown
  if (!(thrown instanceof Error)) return new DevkError({ code: 'UNEXPECTED', message: String(thrown) })
  if (thrown.name === 'TimeoutError') {
    return new DevkError({ code: 'TIMED_OUT', message: 'It took too long.', cause: thrown })
  }
  if (thrown.name === 'AbortError') {
    return thrown.cause instanceof DevkError ? thrown.cause : interrupted()
  }
  const known = fileSystem[errorCode(thrown) ?? '']
  if (known) {
    const { code, why, hint } = known
    // A failed write to an open file names no path by itself.
    const where = 'path' in thrown ? `${String(thrown.path)} can't be used: ` : ''
    return new DevkError({ code, message: `${where}${why}.`, hint, detail: thrown.message, cause: thrown })
  }
  return new DevkError({
    code: 'UNEXPECTED',
    message: thrown.message,
    hint: 'This is a bug in devk. Please report it with the lines below.',
    ...(thrown.stack !== undefined && { detail: thrown.stack }),
    cause: thrown,
  })
}

const fileSystem: Record<string, { code: string; why: string; hint: string }> = {
  ENOSPC: {
    code: 'DISK_FULL',
    why: 'the disk is full',
    hint: 'Free some disk, then run the same command again.',
  },
  EDQUOT: {
    code: 'DISK_FULL',
    why: 'the disk quota is used up',
    hint: 'Free some disk, then run the same command again.',
  },
  EACCES: {
    code: 'NO_PERMISSION',
    why: 'this user may not do that',
    hint: 'Correct the owner or mode of that path.',
  },
  EROFS: {
    code: 'NO_PERMISSION',
    why: 'the file system is read-only',
    hint: 'Set DEVK_HOME to a folder that can be written.',
  },
}

export function isDiskFull(thrown: unknown): boolean {
  return fileSystem[errorCode(thrown) ?? '']?.code === 'DISK_FULL'
}

export function interrupted(): DevkError {
  return new DevkError({ code: 'INTERRUPTED', message: 'Interrupted.' })
}

export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
