import type { Mirror } from './mirrors.ts'

/** The one registry of the machine: images are pushed at `host`, and run in every node under that name. */
export interface Registry {
  /** Its container, and its name in the clusters' networks. */
  container: string
  /** `localhost:PORT` */
  host: string
  port: number
  mirrors: Mirror[]
}

export const REGISTRY_CONTAINER = 'devk-registry'
export const REGISTRY_VOLUME = 'devk-registry'
export const REGISTRY_PORT_INSIDE = 5000

/**
 * Where a node looks for images of a host, in order. A public registry's images may have been pushed to ours under
 * its name, else its pull-through process fetches them once for the machine; the last resort is the registry itself.
 */
export function endpointsByHost({ container, host, mirrors }: Registry): Map<string, string[]> {
  const own = `http://${container}:${REGISTRY_PORT_INSIDE}`
  return new Map([
    [host, [own]],
    ...mirrors.map(mirror => {
      const endpoints = [`${own}/v2/${mirror.host}`, `http://${container}:${mirror.port}`]
      return [mirror.host, endpoints] as const
    }),
  ])
}
