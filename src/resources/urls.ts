import type { KubeObject } from '../kube/object.ts'
import { hostOf } from '../model/address.ts'
import type { AskedCluster } from '../model/cluster.ts'

interface ServicePort {
  nodePort?: number
  protocol?: string
}

/** Where this machine reaches a service: node ports that the cluster's ports lead to. */
export function urlsOf(objects: readonly KubeObject[], cluster: AskedCluster): string[] {
  if (cluster.provider === 'existing') return []
  const ports = objects
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ spec }) => ((spec as { ports?: ServicePort[] } | undefined)?.ports ?? []) as ServicePort[])
  return cluster.ports.flatMap(({ address, host, node, protocol }) => {
    if (protocol !== 'tcp' || !ports.some(({ nodePort }) => nodePort === node)) return []
    return [`http://${hostOf(address)}:${host}`]
  })
}
