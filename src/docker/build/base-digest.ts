import type Docker from 'dockerode'
import { z } from 'zod'
import { isStatus } from '../explain.ts'

const REGISTRY_PATIENCE_MS = 4_000

const local = z.object({ Id: z.string() })
const distributed = z.object({ Descriptor: z.object({ digest: z.string() }) })

/**
 * Which image a build would take under this name: the one that Docker has, by its ID, for that goes before; else the
 * registry's, by its digest. Undefined where the registry does not say within a few seconds.
 */
export async function baseDigest(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pinned = /@(sha256:[0-9a-f]{64})$/.exec(name)?.[1]
  if (pinned) return pinned
  const present = await ask(docker, `/images/${name}/json`, signal)
  if (present !== undefined) return local.parse(present).Id
  const limit = AbortSignal.timeout(REGISTRY_PATIENCE_MS)
  try {
    const answer = await ask(docker, `/distribution/${name}/json`, AbortSignal.any([signal, limit]))
    return distributed.safeParse(answer).data?.Descriptor.digest
  } catch {
    signal.throwIfAborted()
    // No registry, no such image, no login: the build itself says which, if there is to be one.
    return undefined
  }
}

/** Undefined where Docker knows nothing under that path. */
async function ask(docker: Docker, path: string, abortSignal: AbortSignal): Promise<unknown> {
  abortSignal.throwIfAborted()
  try {
    return await new Promise((resolve, reject) => {
      const request = { path, method: 'GET', abortSignal, statusCodes: { 200: true } }
      docker.modem.dial(request, (error, data) => (error ? reject(error) : resolve(data)))
    })
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    throw error
  }
}
