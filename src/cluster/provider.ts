import type { Tool } from '../exec/tools.ts'
import type { ClusterNode, ClusterSpec } from '../model/cluster.ts'
import type { Steps } from '../model/steps.ts'
import type { Registry } from './registry/registry.ts'

/** What one kind of cluster can do. Each call throws where Docker can't be asked; none touches another cluster. */
export interface ClusterProvider {
  /** The programs that creating a cluster takes. */
  readonly tools: readonly Tool[]

  /** The nodes as Docker knows them, running or not; none where there is no such cluster. Changes nothing. */
  nodes(name: string): Promise<ClusterNode[]>

  /** Every cluster of this provider on the machine, devk's or not. */
  list(): Promise<string[]>

  /**
   * Makes the cluster, wired to the registry as soon as that runs, and returns as soon as its API answers: nodes may not be Ready yet.
   * Leaves half a cluster behind where it fails or is aborted: `delete` takes that away too.
   */
  create(spec: ClusterSpec, registry: ComingRegistry, options: CreateOptions): Promise<void>

  /** Makes every node able to pull through the registry. Doing it again does nothing. */
  wire(name: string, registry: Registry): Promise<void>

  /**
   * Has a node fetch an image, ready or not: throws where it can't, yet or at all. Left out where the provider's nodes
   * have no way to.
   */
  fetchImage?(node: string, image: string, signal: AbortSignal): Promise<void>

  /** Starts a stopped cluster's nodes; returns before its API answers. */
  start(name: string, signal: AbortSignal): Promise<void>

  /** Stops the nodes in good order and keeps all that is in them; half a stop would be no better than a whole one. */
  stop(name: string): Promise<void>

  /** Removes the cluster whole or in part, with its volumes and its own network; says what it removed. */
  delete(name: string, signal: AbortSignal): Promise<string[]>

  /** The text of an admin's kubeconfig, from the cluster itself. */
  kubeconfig(name: string): Promise<string>
}

/** The registry is made while the cluster is. */
export interface ComingRegistry {
  /** Where it will be. */
  address: Promise<Registry>
  running: Promise<Registry>
}

export interface CreateOptions {
  steps: Steps
  signal: AbortSignal
  image: string | undefined
  /** Where the provider may put files of its own: it writes no other file of the user's. */
  folder: string
}
