import { hash } from 'node:crypto'
import { isAbsolute, relative } from 'node:path'
import { didYouMean } from '../base/nearest.ts'
import type { Inputs, Node, NodeRecord, Output } from '../engine/node.ts'
import { originOf } from '../kube/manifests/origin.ts'
import { podTemplateOf } from '../kube/manifests/pod-templates.ts'
import { readDeploy } from '../kube/manifests/read-deploy.ts'
import { type SecretUse, secretUses } from '../kube/manifests/secret-uses.ts'
import { type KubeObject, nameOf, titleOf } from '../kube/object.ts'
import type { Project, Service } from '../model/project.ts'
import type { SecretSpec } from '../model/secrets.ts'
import { missingKeys, secretTwice } from '../secrets/faults.ts'
import { deployHashes, withShownFile } from './deploy-hashes.ts'
import { inputOf, type SecretEntriesOutput, secretEntriesId, secretKeysId } from './outputs.ts'
import type { RunContext } from './run-context.ts'

/** A use of a Secret that the project makes, by an object of the service's. */
type ServiceUse = SecretUse & { object: string }

/**
 * What a service's pods read of the project's Secrets is in their files: looked at before anything is deployed, so that no
 * pod waits for a key that nobody will bring.
 */
export function secretKeysNode(context: RunContext, service: Service): Node {
  const { project } = context
  const entriesOf = (inputs: Inputs, { name }: SecretSpec) =>
    inputOf<SecretEntriesOutput>(inputs, secretEntriesId(name)).entries
  return {
    id: secretKeysId(service.name),
    title: `secrets of ${service.name}`,
    needs: project.secrets.map(({ name }) => secretEntriesId(name)),
    async fingerprint(inputs) {
      return {
        manifests: hash('sha256', JSON.stringify(await deployHashes(project, service))),
        secrets: JSON.stringify(project.secrets.map(({ name, namespaces }) => [name, namespaces])),
        ...Object.fromEntries(
          project.secrets.map(spec => [`Secret ${spec.name}`, JSON.stringify(entriesOf(inputs, spec))]),
        ),
      }
    },
    async apply({ inputs, record, fingerprint, note }, signal) {
      const uses = usesBefore(record, fingerprint) ?? (await findUses(context, service, signal, note))
      const missing = project.secrets.flatMap(spec =>
        uses
          .filter(({ secret }) => secret === spec.name)
          .flatMap(use => complaint(use, withShownFile(spec, project), entriesOf(inputs, spec))),
      )
      if (missing.length > 0) throw missingKeys(service.name, missing)
      return { uses: uses as unknown as Output[] }
    },
  }
}

/** The project's Secrets that a service's pods read, by what its node left. */
export function secretsOf(output: Output): string[] {
  const uses = output['uses'] as unknown as ServiceUse[]
  return [...new Set(uses.map(({ secret }) => secret))]
}

/** Manifests that are the same read the same: a chart or a kustomization takes its time. */
function usesBefore(
  record: NodeRecord | undefined,
  { manifests, secrets }: Record<string, string>,
): ServiceUse[] | undefined {
  const before = record?.fingerprint
  if (record?.phase !== 'done' || before?.['manifests'] !== manifests || before?.['secrets'] !== secrets)
    return undefined
  return record.output['uses'] as unknown as ServiceUse[]
}

async function findUses(
  { project, run }: RunContext,
  service: Service,
  signal: AbortSignal,
  note: (message: string) => void,
): Promise<ServiceUse[]> {
  const { namespace } = project
  const reading = service.deploy.map(deploy => readDeploy(deploy, { run, namespace, signal, say: note }))
  const objects = (await Promise.all(reading)).flat()
  const specOf = (name: string, { metadata }: KubeObject) => {
    const within = metadata.namespace ?? namespace
    return project.secrets.find(spec => spec.name === name && spec.namespaces.includes(within))
  }
  for (const object of objects) {
    const spec = object.kind === 'Secret' ? specOf(object.metadata.name, object) : undefined
    if (spec) throw secretTwice(withShownFile(spec, project), placeOf(object, project) ?? service.name)
  }
  return objects.flatMap(object => {
    const template = podTemplateOf(object)
    const own = template ? secretUses(template).filter(({ secret }) => specOf(secret, object)) : []
    const place = placeOf(object, project)
    const title = titleOf(nameOf(object)) + (place === undefined ? '' : ` (${place})`)
    return own.map(use => ({ ...use, object: title }))
  })
}

/** Helm names a template from its chart on. */
function placeOf(object: KubeObject, { folder }: Project): string | undefined {
  const origin = originOf(object)
  return origin !== undefined && isAbsolute(origin) ? relative(folder, origin) || '.' : origin
}

function complaint(
  { key, optional, object, where, secret }: ServiceUse,
  { file }: SecretSpec,
  entries: readonly string[],
): string[] {
  if (key === undefined || optional || entries.includes(key)) return []
  return [`${object}, ${where}: ${key} of Secret ${secret} is not in ${file}${didYouMean(key, entries)}`]
}
