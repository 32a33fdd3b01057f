import { DevkError } from '../base/errors.ts'

export interface RefusalCause {
  reason?: string
  message?: string
  field?: string
}

interface Status {
  message?: string
  reason?: string
  details?: { causes?: RefusalCause[]; retryAfterSeconds?: number }
}

/** KUBE_REFUSED: Kubernetes answered, and not with what was asked for. */
export class KubeRefusal extends DevkError {
  readonly status: number
  /** Kubernetes' own word for it: `NotFound`, `Invalid`, `Expired`. */
  readonly reason: string
  /** Kubernetes' own sentence. */
  readonly said: string
  readonly causes: readonly RefusalCause[]
  readonly #asked: { method: string; path: string; answer: string }

  constructor(method: string, path: string, status: number, answer: string) {
    const { message, reason, details } = parse(answer)
    const said = message ?? answer.trim()
    super({ code: 'KUBE_REFUSED', message: `Kubernetes refused ${method} ${path} (${status}): ${said}` })
    this.status = status
    this.reason = reason ?? ''
    this.said = said
    this.causes = details?.causes ?? []
    this.#asked = { method, path, answer }
  }

  /** The same, without what is hidden in the answer. */
  without(hidden: (answer: string) => string): KubeRefusal {
    const { method, path, answer } = this.#asked
    return new KubeRefusal(method, path, this.status, hidden(answer))
  }
}

export function isRefusal(error: unknown, status?: number): error is KubeRefusal {
  return error instanceof KubeRefusal && (status === undefined || error.status === status)
}

function parse(answer: string): Status {
  try {
    return (JSON.parse(answer) ?? {}) as Status
  } catch {
    // A proxy's or an early API server's plain words.
    return {}
  }
}
