import type { Inputs, Node } from '../engine/node.ts'
import { withImages } from '../kube/manifests/images.ts'
import { prepareObjects } from '../kube/manifests/prepare.ts'
import { readDeploy, refuseDuplicates } from '../kube/manifests/read-deploy.ts'
import { withSecretVersions } from '../kube/manifests/secret-versions.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Service } from '../model/project.ts'
import { type ApplyCounts, applyRecorded, lostObject } from './apply-recorded.ts'
import { deployHashes } from './deploy-hashes.ts'
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
  type SecretOutput,
  secretId,
  secretKeysId,
  workloadId,
} from './outputs.ts'
import type { RunContext } from './run-context.ts'
import { secretsOf } from './secret-keys-node.ts'
import { superviseService, supervisionInputs } from './supervise-service.ts'
import { urlsOf } from './urls.ts'

interface Deploying {
  /** Services whose images the manifests may name. */
  images: readonly string[]
  /** What says that all that is deployed finds in Secrets what it reads. */
  secretChecks: readonly string[]
  counts: ApplyCounts
}

/** A service's objects in the cluster, with built images by digest; what the service named before and no longer names goes. */
export function workloadNode(
  context: RunContext,
  service: Service,
  { images, secretChecks, counts }: Deploying,
): Node {
  const { project, run, access, inventory, pruneVolumes } = context
  const { name } = service
  const registry = project.cluster.provider !== 'existing'

  async function render(
    inputs: Inputs,
    signal: AbortSignal,
    note: (message: string) => void,
  ): Promise<KubeObject[]> {
    const reading = { run, namespace: project.namespace, signal, say: note }
    const objects = (await Promise.all(service.deploy.map(deploy => readDeploy(deploy, reading)))).flat()
    refuseDuplicates(objects)
    const built = new Map(
      images.map(image => [image, inputOf<ImageOutput>(inputs, imageId(image)).reference]),
    )
    const belonging = { project: project.name, service: name, namespace: project.namespace }
    const named = withImages(objects, built, service.imagePaths).objects
    const supervised = await superviseService(named, context, service, built.get(name), signal)
    const read = secretsRead(inputs)
    return withSecretVersions(
      prepareObjects(supervised, belonging),
      (secret, namespace = '') =>
        read.find(each => each.secret === secret && each.namespaces.includes(namespace))?.version,
    )
  }

  function secretsRead(inputs: Inputs): { secret: string; version: string; namespaces: string[] }[] {
    if (secretChecks.length === 0) return []
    return secretsOf(inputOf(inputs, secretKeysId(name))).map(secret => ({
      secret,
      ...inputOf<SecretOutput>(inputs, secretId(secret)),
    }))
  }

  return {
    id: workloadId(name),
    title: `deploying ${name}`,
    needs: [
      clusterId,
      namespaceId,
      ...(registry ? [registryId] : []),
      ...images.map(imageId),
      ...secretChecks,
      ...project.secrets.map(spec => secretId(spec.name)),
      ...service.needs.map(readyId),
    ],
    async fingerprint(inputs) {
      return {
        ...(await deployHashes(project, service)),
        ...Object.fromEntries(
          images.map(image => [`image ${image}`, inputOf<ImageOutput>(inputs, imageId(image)).reference]),
        ),
        ...Object.fromEntries(
          secretsRead(inputs).map(({ secret, version }) => [`Secret ${secret}`, version]),
        ),
        'image paths': JSON.stringify(service.imagePaths),
        ...supervisionInputs(service),
        cluster: inputOf<ClusterOutput>(inputs, clusterId).identity,
      }
    },
    async lost(record, inputs, signal) {
      const versions = await inventory(inputOf<ClusterOutput>(inputs, clusterId), signal)
      return lostObject(record.output, versions)
    },
    async apply({ inputs, record, remember, say, note }, signal) {
      const cluster = inputOf<ClusterOutput>(inputs, clusterId)
      const { api } = await access(cluster)
      const objects = await render(inputs, signal, note)
      if (registry)
        await mirrorLocalImages(context, inputOf<RegistryOutput>(inputs, registryId).host, objects, {
          signal,
          say,
        })
      await context.imagesSettled(
        images.map(image => inputOf<ImageOutput>(inputs, imageId(image)).reference),
        () => say('its nodes fetch the images'),
      )
      const output = await applyRecorded(
        api,
        objects,
        { record, remember, say, note },
        {
          project: project.name,
          cluster: cluster.identity,
          pruneVolumes,
          counts,
          hide: context.hide,
          elsewhere: () => context.namedElsewhere(workloadId(name)),
          signal,
        },
      )
      return { ...output, urls: urlsOf(objects, project.cluster), ports: namedPorts(objects) }
    },
  }
}
