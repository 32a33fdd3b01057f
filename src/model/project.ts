import type { AskedCluster } from './cluster.ts'
import type { Forward } from './forward.ts'
import type { SecretSpec } from './secrets.ts'
import type { SyncRule } from './sync.ts'

/** A project file, checked and complete: every path is absolute, every default is filled in. */
export interface Project {
  file: string
  /** All that it was read from, also what is not there: overlays and `.env`. */
  files: string[]
  folder: string
  name: string
  namespace: string
  cluster: AskedCluster
  /** Each name and namespace once. */
  secrets: SecretSpec[]
  services: Service[]
  /** How much of what its containers print is kept. */
  logBytes: number
  /** The overlays that were merged, in their order. */
  profiles: string[]
}

export interface Service {
  name: string
  build?: BuildSpec | undefined
  deploy: DeploySpec[]
  /** Services that must be ready before this one is deployed. */
  needs: string[]
  /** Where custom resources name images: `spec.engine.image`, by kind. */
  imagePaths: ImagePath[]
  /** Ports of this machine that lead to its pods. */
  forward: Forward[]
  /** Sources that are written into its running containers. */
  sync: SyncRule[]
}

/** What an image is made of. */
export interface BuildSpec {
  context: string
  dockerfile: string
  target?: string | undefined
  args: Record<string, string>
  platforms: string[]
  cacheFrom: string[]
}

export type DeploySpec =
  /** A file of manifests, or a folder of such files; a folder with a kustomization is one. */
  | { kind: 'manifests'; path: string }
  | {
      kind: 'helm'
      chart: string
      release: string
      values: string[]
      set: Record<string, string>
    }

export interface ImagePath {
  /** The custom resource's kind. */
  kind: string
  /** Dots between keys; `[]` after a key means each item of a list. */
  path: string
}
