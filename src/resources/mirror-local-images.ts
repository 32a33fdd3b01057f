import { DevkError } from '../base/errors.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { pushImage } from '../docker/build/push-image.ts'
import { digestInRegistry } from '../docker/build/registry-digest.ts'
import { isStatus } from '../docker/explain.ts'
import { hasImage } from '../docker/images.ts'
import { imagesIn } from '../kube/manifests/images.ts'
import type { KubeObject } from '../kube/object.ts'
import { parseImageName } from '../model/image-name.ts'
import type { RunContext } from './run-context.ts'

/**
 * Third-party images that this machine's Docker has already go to their place in the registry's mirror, so that no node
 * fetches them from far away. What Docker has not, or is named by digest, is fetched through the mirror by the nodes.
 */
export async function mirrorLocalImages(
  { clusters }: RunContext,
  registry: string,
  objects: readonly KubeObject[],
  { signal, say }: { signal: AbortSignal; say: (detail: string) => void },
): Promise<void> {
  const mirroring = [...imagesIn(objects)].map(name =>
    mirrorLocalImage(clusters, registry, name, { signal, say }),
  )
  await Promise.all(mirroring)
}

export async function mirrorLocalImage(
  { connection: { docker } }: Clusters,
  registry: string,
  name: string,
  { signal, say }: { signal: AbortSignal; say: (detail: string) => void },
): Promise<void> {
  const { host, path, tag, digest } = parseImageName(name)
  if (digest !== undefined || host === registry) return
  const repository = `${host}/${path}`
  const target = `${registry}/${repository}:${tag}`
  for (let tries = 1; ; tries++) {
    if (await digestInRegistry(registry, repository, tag, { signal })) return
    if (!(await hasImage(docker, name))) return
    say(`mirroring ${name}`)
    await docker.getImage(name).tag({ repo: `${registry}/${repository}`, tag })
    try {
      await pushImage(docker, target, { signal, say })
      return
    } catch (error) {
      // Others that want it at this moment take the name away once they are done: theirs is as good.
      const wasTaken = error instanceof DevkError && error.code === 'IMAGE_MISSING'
      if (!wasTaken || tries === MOST_TRIES) throw error
    } finally {
      await docker.getImage(target).remove({ noprune: true }).catch(unlessGone)
    }
  }
}

const MOST_TRIES = 5

function unlessGone(error: unknown): void {
  if (!isStatus(error, 404)) throw error
}
