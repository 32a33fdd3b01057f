import { DevkError, errorCode } from '../base/errors.ts'

/** A failed request to Docker in words, with the next step; undefined where the error is not Docker's. */
export function explainDocker(error: unknown, host: string): DevkError | undefined {
  if (error instanceof DevkError || !(error instanceof Error)) return undefined
  const reason = unreachable[errorCode(error) ?? '']
  if (reason && isRequest(error)) {
    return new DevkError({
      code: 'DOCKER_UNREACHABLE',
      message: `Docker can't be reached at ${host}: ${reason.why}.`,
      hint: reason.next,
      detail: error.message,
      cause: error,
    })
  }
  if (!('statusCode' in error) || typeof error.statusCode !== 'number') return undefined
  const said = dockerMessage(error)
  const full = /no space left on device/i.test(said)
  return new DevkError({
    code: full ? 'DISK_FULL' : 'DOCKER_REFUSED',
    message: `Docker refused (${error.statusCode}): ${said}`,
    ...(full && {
      hint: 'Free some disk first: docker system df shows what takes it; docker image prune and docker builder prune free what nothing uses.',
    }),
    cause: error,
  })
}

const start =
  'Start Docker (Linux: sudo systemctl start docker; in a clone of devk: scripts/setup), then run this again.'
const unreachable: Record<string, { why: string; next: string }> = {
  ENOENT: { why: 'there is no such socket', next: `${start} Elsewhere than usual? Set DOCKER_HOST.` },
  ECONNREFUSED: { why: 'nothing listens there', next: start },
  EACCES: {
    why: 'this user may not open the socket',
    next: 'Add yourself to the docker group (sudo usermod -aG docker "$USER"), then log in again.',
  },
  EPERM: { why: 'this user may not open the socket', next: 'Run devk as a user that may use Docker.' },
  ENOTSOCK: { why: 'it is a file, not a socket', next: 'Correct DOCKER_HOST.' },
  ENOTFOUND: { why: 'the host has no address', next: 'Correct DOCKER_HOST or the Docker context.' },
  ETIMEDOUT: { why: 'the host does not answer', next: 'Is it up, and its network? Then run this again.' },
  ECONNRESET: { why: 'it closed the connection', next: 'Was Docker restarted? Run this again.' },
}

function isRequest(error: Error): boolean {
  const call = 'syscall' in error ? error.syscall : undefined
  return call === 'connect' || call === 'getaddrinfo' || call === 'read'
}

function dockerMessage(error: Error & { statusCode?: unknown }): string {
  const body = 'json' in error ? error.json : undefined
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message)
  return error.message
}

export function isStatus(error: unknown, ...codes: number[]): boolean {
  return error instanceof Error && 'statusCode' in error && codes.includes(Number(error.statusCode))
}
