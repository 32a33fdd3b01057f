import { readFile } from 'node:fs/promises'
import type { Node } from '../engine/node.ts'
import { deployInputs } from '../kube/manifests/deploy-inputs.ts'
import type { Project, Service } from '../model/project.ts'
import { clusterNode } from './cluster-node.ts'
import { forwardNode } from './forward-node.ts'
import { imageNode } from './image-node.ts'
import { namespaceNode } from './namespace-node.ts'
import { nodesNode } from './nodes-node.ts'
import { secretKeysId } from './outputs.ts'
import { readyNode } from './ready-node.ts'
import { registryNode } from './registry-node.ts'
import type { RunContext } from './run-context.ts'
import { secretEntriesNode } from './secret-entries-node.ts'
import { secretKeysNode } from './secret-keys-node.ts'
import { secretNode } from './secret-node.ts'
import { workloadNode } from './workload-node.ts'

export interface Counts {
  built: number
  pushed: number
  applied: number
  removed: string[]
}

/** All that `up` brings about for these services. */
export async function projectNodes(
  context: RunContext,
  services: readonly Service[],
  counts: Counts,
): Promise<Node[]> {
  const { project } = context
  const deployed = services.filter(({ deploy }) => deploy.length > 0)
  const uses = new Map(
    await Promise.all(
      deployed.map(async service => [service.name, await imagesOf(project, service)] as const),
    ),
  )
  const needed = new Set([
    ...services.filter(({ build }) => build).map(({ name }) => name),
    ...[...uses.values()].flat(),
  ])
  const secretChecks = project.secrets.length > 0 ? deployed.map(({ name }) => secretKeysId(name)) : []
  const allNamespaces = namespacesOf(project, deployed)
  return [
    clusterNode(context),
    nodesNode(context),
    ...(needed.size > 0 || project.cluster.provider !== 'existing'
      ? await imageNodes(context, needed, counts)
      : []),
    ...Array.from(allNamespaces, namespace => namespaceNode(context, namespace)),
    ...project.secrets.map(spec => secretEntriesNode(context, spec)),
    ...(project.secrets.length > 0 ? deployed.map(service => secretKeysNode(context, service)) : []),
    ...project.secrets.map(spec =>
      secretNode(context, spec, { checks: secretChecks, allNamespaces, counts }),
    ),
    ...deployed.flatMap(service => [
      workloadNode(context, service, { images: uses.get(service.name) ?? [], secretChecks, counts }),
      readyNode(context, service.name),
      ...(service.forward.length > 0 ? [forwardNode(context, service)] : []),
    ]),
  ]
}

function namespacesOf({ namespace, secrets }: Project, deployed: readonly Service[]): Set<string> {
  const own = deployed.length > 0 ? [namespace] : []
  return new Set([...own, ...secrets.flatMap(spec => spec.namespaces)])
}

/** What it takes to have the images in the registry, and no more: an existing cluster is only asked for its registry. */
export async function imageNodes(
  context: RunContext,
  services: ReadonlySet<string>,
  counts: Counts,
): Promise<Node[]> {
  const { project, clusters } = context
  const images = project.services.flatMap(({ name, build }) =>
    build && services.has(name) ? [imageNode(context, name, build, counts)] : [],
  )
  return [await registryNode(clusters, project.cluster), ...images]
}

/** The services and all that they need. */
export function withNeeds(project: Project, names: readonly string[]): Service[] {
  if (names.length === 0) return project.services
  const wanted = new Set<string>()
  const add = (name: string): void => {
    if (wanted.has(name)) return
    wanted.add(name)
    project.services.find(service => service.name === name)?.needs.forEach(add)
  }
  names.forEach(add)
  return project.services.filter(({ name }) => wanted.has(name))
}

/**
 * Services whose images the manifests may name: its own, and each whose name stands in a file of the deploy. One too
 * many only means to wait for it.
 */
async function imagesOf(project: Project, service: Service): Promise<string[]> {
  const built = project.services.filter(({ build }) => build)
  if (built.length === 0) return []
  const files = (await Promise.all(service.deploy.map(deployInputs))).flat()
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')))
  return built
    .filter(
      ({ name }) =>
        name === service.name ||
        texts.some(text => new RegExp(`(^|[^\\w-])${name}([^\\w-]|$)`, 'm').test(text)),
    )
    .map(({ name }) => name)
}
