import type Docker from 'dockerode'
import { DevkError } from '../base/errors.ts'
import { MANIFEST_KINDS } from './manifest-kinds.ts'

/** What an image runs where nobody says otherwise. */
export interface ImageConfig {
  entrypoint: string[]
  command: string[]
}

interface Config {
  Entrypoint?: string[] | string | null | undefined
  Cmd?: string[] | null
}

interface Manifest {
  config?: { digest: string }
  manifests?: { digest: string; platform?: { os?: string; architecture?: string } }[]
}

const PATIENCE_MS = 5_000

/** As Docker has it, or a registry of this machine. Throws IMAGE_CONFIG where neither can say. */
export async function imageConfig(
  docker: Docker,
  reference: string,
  signal: AbortSignal,
): Promise<ImageConfig> {
  try {
    const { Config } = await docker.getImage(reference).inspect()
    return configOf(Config)
  } catch {
    signal.throwIfAborted()
  }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  try {
    return configOf(await fromRegistry(reference, limit))
  } catch (cause) {
    signal.throwIfAborted()
    throw new DevkError({
      code: 'IMAGE_CONFIG',
      message: `What ${reference} runs can't be found out: neither Docker nor a registry of this machine has it.`,
      hint: 'Write the container’s command into its manifest, or docker pull the image first.',
      cause,
    })
  }
}

function configOf({ Entrypoint, Cmd }: Config): ImageConfig {
  const entrypoint = typeof Entrypoint === 'string' ? [Entrypoint] : (Entrypoint ?? [])
  return { entrypoint, command: Cmd ?? [] }
}

/** `localhost:5001/shop/api@sha256:…` */
async function fromRegistry(reference: string, signal: AbortSignal): Promise<Config> {
  const [, host, repository, digest] = /^(localhost:\d+)\/(.+)@(sha256:\w+)$/.exec(reference) ?? []
  if (!host || !repository || !digest) throw new Error('it is in no registry of this machine')
  const get = async (path: string, accept: readonly string[]): Promise<unknown> => {
    const url = `http://${host}/v2/${repository}/${path}`
    const answer = await fetch(url, { signal, headers: { accept: accept.join(', ') } })
    if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}`)
    return await answer.json()
  }
  let manifest = (await get(`manifests/${digest}`, MANIFEST_KINDS)) as Manifest
  if (manifest.manifests) {
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch
    const own = manifest.manifests.find(({ platform }) => platform?.architecture === architecture)
    manifest = (await get(`manifests/${(own ?? manifest.manifests[0])?.digest}`, MANIFEST_KINDS)) as Manifest
  }
  const image = (await get(`blobs/${manifest.config?.digest}`, ['*/*'])) as { config?: Config }
  return image.config ?? {}
}
