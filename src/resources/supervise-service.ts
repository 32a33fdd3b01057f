import { hash } from 'node:crypto'
import { imageConfig } from '../docker/image-config.ts'
import { supervised } from '../kube/manifests/supervise.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Service } from '../model/project.ts'
import { superviseCommand } from '../sync/supervise/supervise-script.ts'
import { meantContainers } from './meant-containers.ts'
import type { RunContext } from './run-context.ts'

/** Its busybox needs no library of the image that it is brought into. */
const IMAGE = 'busybox:1.35-musl'

/** Puts a supervisor before the main process of each container for which a rule says `restart: process`. */
export async function superviseService(
  objects: readonly KubeObject[],
  { clusters }: Pick<RunContext, 'clusters'>,
  service: Service,
  built: string | undefined,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const rules = restarting(service)
  if (rules.length === 0) return [...objects]
  return await supervised(objects, {
    wanted: ({ metadata, spec }) => {
      const { containers = [] } = spec ?? {}
      const isBuilt = (image: string) => image === built
      return [...meantContainers(rules, { containers, annotations: metadata?.annotations, isBuilt }).keys()]
    },
    command: superviseCommand([]),
    image: IMAGE,
    configOf: image => imageConfig(clusters.connection.docker, image, signal),
  })
}

/** What of it decides how pods are made. */
export function supervisionInputs(service: Service): Record<string, string> {
  const rules = restarting(service)
  if (rules.length === 0) return {}
  const containers = rules.map(({ container = '' }) => container)
  return { 'restart: process': hash('sha256', JSON.stringify([superviseCommand([]), IMAGE, containers])) }
}

function restarting({ sync }: Service): Service['sync'] {
  return sync.filter(({ restart }) => restart.how === 'process')
}
