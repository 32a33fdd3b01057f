import type Docker from 'dockerode'
import { DevkError } from '../../base/errors.ts'
import { sleep } from '../../base/time.ts'
import { isStatus } from '../explain.ts'
import { type PushEvent, pushProgress } from './push-progress.ts'

export interface Pushed {
  digest: string
  /** Layers that the registry did not have. */
  pushed: number
  /** Layers that it had, under this name or another one. */
  reused: number
}

const STARTING_MS = 10_000
const PAUSE_MS = 300

/**
 * Pushes a local image to the registry that its name begins with: `localhost:5001/shop/api:1a2b`. Docker sends only the
 * layers that the registry lacks. A registry that was just started gets a few seconds to listen.
 * Throws IMAGE_MISSING, REGISTRY_SILENT, DISK_FULL or PUSH_FAILED.
 */
export async function pushImage(
  docker: Docker,
  reference: string,
  { signal, say = () => {} }: { signal: AbortSignal; say?: (detail: string) => void },
): Promise<Pushed> {
  const end = Date.now() + STARTING_MS
  while (true) {
    try {
      return await pushOnce(docker, reference, signal, say)
    } catch (error) {
      signal.throwIfAborted()
      if (!isStarting(error) || Date.now() > end) throw explainPush(error, reference)
      say('waiting for the registry to listen')
      await sleep(PAUSE_MS, signal)
    }
  }
}

async function pushOnce(
  docker: Docker,
  reference: string,
  signal: AbortSignal,
  say: (detail: string) => void,
): Promise<Pushed> {
  const colon = reference.lastIndexOf(':')
  const [name, tag] = [reference.slice(0, colon), reference.slice(colon + 1)]
  // Without any login Docker refuses to push, even where none is needed.
  const authconfig = {} as Docker.AuthConfig
  const stream = await docker.getImage(name).push({ tag, authconfig, abortSignal: signal })
  const progress = pushProgress(say)
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      error => (error ? reject(error) : resolve()),
      (event: PushEvent) => progress.event(event),
    )
  })
  signal.throwIfAborted()
  const { failure, digest, pushed, reused } = progress.result()
  if (failure !== undefined) throw new Error(failure)
  if (digest === undefined) throw new Error('Docker did not say under which digest the registry has it')
  return { digest, pushed, reused }
}

function isStarting(error: unknown): boolean {
  return error instanceof Error && /connection refused|connection reset|\bEOF\b/i.test(error.message)
}

function explainPush(error: unknown, reference: string): unknown {
  if (!(error instanceof Error) || error instanceof DevkError) return error
  const said = error.message
  if (isStatus(error, 404) || /does not exist locally/.test(said)) {
    return new DevkError({
      code: 'IMAGE_MISSING',
      message: `Docker has no image ${reference} to push. Nothing was pushed.`,
      hint: 'It may have been removed meanwhile: run this again, and it is built again.',
      cause: error,
    })
  }
  const [host = ''] = reference.split('/')
  if (isStarting(error)) {
    return new DevkError({
      code: 'REGISTRY_SILENT',
      message: `Docker can't reach the image registry at ${host}. ${reference} was not pushed.`,
      hint: 'Does its container run? docker ps --all shows it. devk cluster create starts it again.',
      detail: said,
      cause: error,
    })
  }
  const full = /no space left on device/i.test(said)
  return new DevkError({
    code: full ? 'DISK_FULL' : 'PUSH_FAILED',
    message: `${reference} was not pushed: ${full ? 'the disk is full' : said}`,
    hint: full
      ? 'Free some disk first: docker system df shows what takes it; docker image prune and docker builder prune free what nothing uses.'
      : `docker push ${reference} shows the same; docker logs of the registry's container show its side.`,
    detail: said,
    cause: error,
  })
}
