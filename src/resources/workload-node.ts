import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Inputs, Node, Output } from '../engine/node.ts'
import { applyObjects } from '../kube/apply/apply-objects.ts'
import type { ObjectIdentity } from '../kube/apply/identity.ts'
import { removeObjects } from '../kube/apply/remove-objects.ts'
import { deployInputs } from '../kube/manifests/deploy-inputs.ts'
import { withImages } from '../kube/manifests/images.ts'
import { prepareObjects } from '../kube/manifests/prepare.ts'
import { readDeploy, refuseDuplicates } from '../kube/manifests/read-deploy.ts'
import { type KubeObject, keyOf, nameOf } from '../kube/object.ts'
import type { Project, Service } from '../model/project.ts'
import { mirrorLocalImages } from './mirror-local-images.ts'
import { namedPorts } from './named-ports.ts'
import {
  type ClusterOutput,
  clusterId,
  type ImageOutput,
  imageId,
  inputOf,
  namespaceId,
  type RegistryOutput,
  readyId,
  registryId,
  workloadId,
} from './outputs.ts'
import type { RunContext } from './run-context.ts'
import { superviseService, supervisionInputs } from './supervise-service.ts'
import { urlsOf } from './urls.ts'

export interface ApplyCounts {
  applied: number
  removed: string[]
}

/** A service's objects in the cluster, with built images by digest; what the service named before and no longer names goes. */
export function workloadNode(
  context: RunContext,
  service: Service,
  images: readonly string[],
  counts: ApplyCounts,
): Node {
  const { project, run, access, inventory, pruneVolumes } = context
  const { name } = service
  const registry = project.cluster.provider !== 'existing'

  async function render(
    inputs: Inputs,
    signal: AbortSignal,
    note: (message: string) => void,
  ): Promise<KubeObject[]> {
    const read = { run, namespace: project.namespace, signal, say: note }
    const objects = (await Promise.all(service.deploy.map(deploy => readDeploy(deploy, read)))).flat()
    refuseDuplicates(objects)
    const built = new Map(
      images.map(image => [image, inputOf<ImageOutput>(inputs, imageId(image)).reference]),
    )
    const belonging = { project: project.name, service: name, namespace: project.namespace }
    const named = withImages(objects, built, service.imagePaths).objects
    return prepareObjects(await superviseService(named, context, service, built.get(name), signal), belonging)
  }

  return {
    id: workloadId(name),
    title: `deploying ${name}`,
    needs: [
      clusterId,
      namespaceId,
      ...(registry ? [registryId] : []),
      ...images.map(imageId),
      ...service.needs.map(readyId),
    ],
    async fingerprint(inputs) {
      return {
        ...(await fileHashes(project, service)),
        ...Object.fromEntries(
          images.map(image => [`image ${image}`, inputOf<ImageOutput>(inputs, imageId(image)).reference]),
        ),
        deploy: JSON.stringify(service.deploy.map(deploy => relativeTo(project.folder, deploy))),
        'image paths': JSON.stringify(service.imagePaths),
        namespace: project.namespace,
        ...supervisionInputs(service),
        cluster: inputOf<ClusterOutput>(inputs, clusterId).identity,
      }
    },
    async lost(record, inputs, signal) {
      const versions = await inventory(inputOf<ClusterOutput>(inputs, clusterId), signal)
      for (const object of identitiesOf(record.output)) {
        const version = versions.get(keyOf(object))
        if (version === undefined) return `${object.kind} ${object.name} is gone`
        if (version !== object.version) return `${object.kind} ${object.name} was changed by somebody else`
      }
      return undefined
    },
    async apply({ inputs, record, remember, say, note }, signal) {
      const cluster = inputOf<ClusterOutput>(inputs, clusterId)
      const { api } = await access(cluster)
      const objects = await render(inputs, signal, note)
      const known = record?.fingerprint['cluster'] === cluster.identity ? identitiesOf(record.notes) : []
      if (registry)
        await mirrorLocalImages(context, inputOf<RegistryOutput>(inputs, registryId).host, objects, {
          signal,
          say,
        })
      await context.imagesSettled(
        images.map(image => inputOf<ImageOutput>(inputs, imageId(image)).reference),
        () => say('its nodes fetch the images'),
      )
      // What is about to be made must be found again, and so must what was made before.
      await remember(asNotes(merged(known, objects)))
      const applied = await applyObjects(api, objects, { signal, hide: context.hide, say, note })
      counts.applied += applied.filter(({ outcome }) => outcome !== 'unchanged').length
      const identities = applied.map(({ identity }) => identity)
      const named = new Set(identities.map(keyOf))
      const stale = known.filter(object => !named.has(keyOf(object)))
      const kept = pruneVolumes ? [] : stale.filter(isVolume)
      const removal = { project: project.name, signal, say, note, keepVolumes: !pruneVolumes }
      counts.removed.push(...(await removeObjects(api, stale, removal)))
      await remember(asNotes([...identities, ...kept]))
      return { ...asNotes(identities), urls: urlsOf(objects, project.cluster), ports: namedPorts(objects) }
    },
  }
}

/** What a record of a workload tells of. */
export function identitiesOf(output: Output): ObjectIdentity[] {
  return (output['objects'] ?? []) as unknown as ObjectIdentity[]
}

export function isVolume({ kind }: { kind: string }): boolean {
  return kind === 'PersistentVolumeClaim'
}

function asNotes(objects: readonly ObjectIdentity[]): Output {
  return { objects: objects.map(object => ({ ...object })) as unknown as Output[] }
}

function merged(known: readonly ObjectIdentity[], objects: readonly KubeObject[]): ObjectIdentity[] {
  const coming = objects.map(object => ({ ...nameOf(object), uid: '', version: '' }))
  const keys = new Set(coming.map(keyOf))
  return [...known.filter(object => !keys.has(keyOf(object))), ...coming]
}

async function fileHashes({ folder }: Project, { deploy }: Service): Promise<Record<string, string>> {
  const files = (await Promise.all(deploy.map(deployInputs))).flat()
  const entries = files.map(async file => {
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    return [relative(folder, file), hash] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function relativeTo(folder: string, deploy: Service['deploy'][number]): unknown {
  if (deploy.kind === 'manifests') return { path: relative(folder, deploy.path) }
  return {
    ...deploy,
    chart: relative(folder, deploy.chart),
    values: deploy.values.map(file => relative(folder, file)),
  }
}
