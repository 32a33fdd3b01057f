import type Docker from 'dockerode'
import { DevkError } from '../base/errors.ts'
import { isStatus } from './explain.ts'

export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect()
    return true
  } catch (error) {
    if (isStatus(error, 404)) return false
    throw error
  }
}

/** Throws IMAGE_MISSING with the registry's own words. */
export async function pullIfMissing(docker: Docker, name: string, signal: AbortSignal): Promise<void> {
  if (await hasImage(docker, name)) return
  try {
    const stream = await docker.pull(name, { abortSignal: signal })
    // A failed pull ends without an error: its last event tells.
    const events = await new Promise<{ error?: string }[]>((resolve, reject) => {
      docker.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output)))
    })
    const failure = events.find(event => event.error)?.error
    if (failure) throw new Error(failure)
  } catch (cause) {
    signal.throwIfAborted()
    throw new DevkError({
      code: 'IMAGE_MISSING',
      message: `The image ${name} is not on this machine, and it can't be pulled: ${(cause as Error).message}`,
      hint: 'Is the network up? On a machine without an image registry, scripts/setup in a clone of devk builds it.',
      cause,
    })
  }
}
