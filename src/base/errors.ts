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
  if (thrown.name === 'AbortError') {
    return thrown.cause instanceof DevkError ? thrown.cause : interrupted()
  }
  return new DevkError({
    code: 'UNEXPECTED',
    message: thrown.message,
    hint: 'This is a bug in devk. Please report it with the lines below.',
    ...(thrown.stack !== undefined && { detail: thrown.stack }),
    cause: thrown,
  })
}

export function interrupted(): DevkError {
  return new DevkError({ code: 'INTERRUPTED', message: 'Interrupted.' })
}

export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
