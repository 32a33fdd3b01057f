import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildImage } from '../src/docker/build/build-image.ts'
import { dockerHost } from '../src/docker/endpoint.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'

export interface ByHand {
  folder: string
  /** Each has a folder with its k8s.yaml, which says `image: NAME`. */
  services: readonly string[]
  registry: string
  kubeconfig: string
  namespace: string
}

/** What a good script does: build two at a time, push, apply all at once, wait. */
export async function upByHand(
  { folder, services, registry, kubeconfig, namespace }: ByHand,
  signal: AbortSignal,
) {
  const host = await dockerHost()
  const docker = (...args: string[]) => run({ file: 'docker', args }, { signal })
  const waiting = [...services]
  const images = new Map<string, string>()
  const build = async () => {
    for (let service = waiting.shift(); service; service = waiting.shift()) {
      const tag = `${registry}/${namespace}/${service}:now`
      const context = join(folder, service)
      const spec = {
        context,
        dockerfile: join(context, 'Dockerfile'),
        args: {},
        platforms: [],
        cacheFrom: [],
      }
      await buildImage({ run, host, spec, tag, signal })
      await docker('push', '--quiet', tag)
      const { stdout } = await docker('inspect', '--format', '{{index .RepoDigests 0}}', tag)
      images.set(service, stdout.trim())
    }
  }
  await Promise.all([build(), build()])
  const manifests = await Promise.all(
    services.map(async service => {
      const text = await readFile(join(folder, service, 'k8s.yaml'), 'utf8')
      return text.replace(`image: ${service}\n`, `image: ${images.get(service)}\n`)
    }),
  )
  const kubectl = await kubectlOf(kubeconfig, namespace, signal)
  await kubectl(['apply', '--server-side', '-f', '-'], manifests.join('---\n'))
  await kubectl([
    'wait',
    '--for=condition=Available',
    '--timeout=120s',
    ...services.map(name => `deployment/${name}`),
  ])
}

export async function kubectlOf(kubeconfig: string, namespace: string, signal: AbortSignal) {
  const file = await findTool('kubectl')
  return async (args: string[], input?: string) => {
    const all = ['--kubeconfig', kubeconfig, '--namespace', namespace, ...args]
    return await run({ file, args: all, ...(input !== undefined && { input }) }, { signal })
  }
}
