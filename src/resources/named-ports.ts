import { mapPodTemplate } from '../kube/manifests/pod-templates.ts'
import type { KubeObject } from '../kube/object.ts'

export type NamedPorts = Record<string, number | string>

interface Port {
  name?: string
  port?: number
  targetPort?: number | string
  containerPort?: number
}

/** What names of ports mean in the pods: those of Services, which may name a container's, and of containers. */
export function namedPorts(objects: readonly KubeObject[]): NamedPorts {
  const ports: NamedPorts = {}
  for (const object of objects) {
    mapPodTemplate(object, template => {
      for (const container of template.spec?.containers ?? []) {
        for (const { name, containerPort } of (container['ports'] ?? []) as Port[]) {
          if (name !== undefined && containerPort !== undefined) ports[name] ??= containerPort
        }
      }
      return template
    })
  }
  for (const { kind, spec } of objects) {
    if (kind !== 'Service') continue
    for (const { name, port, targetPort = port } of (spec as { ports?: Port[] } | undefined)?.ports ?? []) {
      if (name !== undefined && targetPort !== undefined && targetPort !== name) ports[name] = targetPort
    }
  }
  return ports
}

/** The number that the pods listen on; undefined where nothing has that name. */
export function portNumber(port: number | string, named: NamedPorts): number | undefined {
  if (typeof port === 'number') return port
  const meant = named[port]
  const number = typeof meant === 'string' ? named[meant] : meant
  return typeof number === 'number' ? number : undefined
}
