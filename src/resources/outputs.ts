import type { Inputs, Output } from '../engine/node.ts'
import type { Project } from '../model/project.ts'

/** What each kind of node leaves for the others. */
export type ClusterOutput = {
  name: string
  provider: 'kind' | 'k3d' | 'existing'
  /** Another one where the cluster was made anew under its name. */
  identity: string
}

export type RegistryOutput = {
  /** `localhost:PORT` */
  host: string
}

export type ImageOutput = {
  /** By digest, as manifests name it. */
  reference: string
  builtAt: string
}

export type SecretEntriesOutput = {
  /** Their names. */
  entries: string[]
}

export type SecretOutput = {
  /** Another one with each other content. */
  version: string
  namespaces: string[]
}

export const clusterId = 'cluster:cluster'
/** Its nodes are Ready: what is only given to the cluster does not wait for that. */
export const nodesId = 'nodes:cluster'
export const registryId = 'registry:registry'
export const namespaceId = 'namespace:namespace'
/** The project's own is known by another id, whatever its name is. */
export const namespaceIdOf = (project: Pick<Project, 'namespace'>, name: string) =>
  name === project.namespace ? namespaceId : `namespace:${name}`
export const secretId = (name: string) => `secret:${name}`
export const secretEntriesId = (name: string) => `secret-entries:${name}`
export const secretKeysId = (service: string) => `secret-keys:${service}`
export const imageId = (service: string) => `image:${service}`
export const workloadId = (service: string) => `workload:${service}`
export const forwardId = (service: string) => `forward:${service}`
export const readyId = (service: string) => `ready:${service}`

/** The output of a node that was done before: the engine gives no node its turn earlier. */
export function inputOf<T extends Output>(inputs: Inputs, id: string): T {
  const output = inputs.get(id)
  if (!output) throw new TypeError(`${id} has no output`)
  return output as T
}
