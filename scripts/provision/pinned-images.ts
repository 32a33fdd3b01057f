import { images as built } from '../airgap/versions.ts'
import type { MachineImages, Reachability } from './machine.ts'
import type { Goal } from './options.ts'

/** The images that are pulled where registries answer: kind's node image by the digest of kind 0.30.0's release notes. */
const pulled: MachineImages = {
  kind: ['kindest/node:v1.33.4@sha256:25a6018e48dfcaee478f4a59af81157a437f15e6e140bf103f85a2e7cd0cbbf2'],
  k3d: ['rancher/k3s:v1.33.4-k3s1'],
  registry: 'registry:2',
  k3dTools: 'ghcr.io/k3d-io/k3d-tools:5.8.3',
  k3dProxy: 'ghcr.io/k3d-io/k3d-proxy:5.8.3',
}

/** The names under which this machine has what clusters are made of. */
export function machineImages(registries: Reachability): MachineImages {
  if (registries === 'reachable') return pulled
  return {
    kind: [built.kindNode],
    k3d: [built.k3s],
    registry: built.registry,
    k3dTools: built.k3dTools,
    k3dProxy: built.k3dProxy,
  }
}

export function imagesToPull(goal: Goal): readonly string[] {
  const cluster = [...pulled.kind, pulled.registry]
  // Base images are pulled by whoever builds on them.
  return goal === 'test' ? [...cluster, ...pulled.k3d, pulled.k3dTools, pulled.k3dProxy] : cluster
}

/** How the engine lists an image that was pulled by its digest: without the tag. */
export function listedName(image: string): string {
  return image.replace(/:[^:@/]+@/, '@')
}
