import { hash } from 'node:crypto'
import { relative } from 'node:path'
import { didYouMean } from '../base/nearest.ts'
import type { Node, NodeRecord, Output } from '../engine/node.ts'
import { originOf } from '../kube/manifests/origin.ts'
import { podTemplateOf } from '../kube/manifests/pod-templates.ts'
import { readDeploy } from '../kube/manifests/read-deploy.ts'
import { type SecretUse, secretUses } from '../kube/manifests/secret-uses.ts'
import { type KubeObject, nameOf, titleOf } from '../kube/object.ts'
import type { Project, Service } from '../model/project.ts'
import type { SecretSpec } from '../model/secrets.ts'
import { missingKeys, secretTwice } from '../secrets/faults.ts'
import { deployHashes, fileHash } from './deploy-hashes.ts'
import { secretKeysId } from './outputs.ts'
import type { RunContext } from './run-context.ts'

/** A use of a Secret that the project makes, by an object of the service's. */
type ServiceUse = SecretUse & { object: string }

/**
 * What a service's pods read of the project's Secrets is in their files: looked at before anything is deployed, so that no
 * pod waits for a key that nobody will bring.
 */
export function secretKeysNode(context: RunContext, service: Service): Node {
  const { project, secrets } = context
  return {
    id: secretKeysId(service.name),
    title: `secrets of ${service.name}`,
    needs: [],
    async fingerprint() {
      const files = new Set(project.secrets.map(({ file }) => file))
      const hashes = [...files].map(
        async file => [relative(project.folder, file), await fileHash(file)] as const,
      )
      return {
        manifests: hash('sha256', JSON.stringify(await deployHashes(project, service))),
        secrets: JSON.stringify(project.secrets.map(spec => withFile(spec, project))),
        ...Object.fromEntries(await Promise.all(hashes)),
      }
    },
    async apply({ record, fingerprint, note }, signal) {
      const uses = usesBefore(record, fingerprint) ?? (await findUses(context, service, signal, note))
      const missing: string[] = []
      for (const spec of project.secrets) {
        const own = uses.filter(({ secret }) => secret === spec.name)
        const entries = await secrets.entries(spec, signal)
        missing.push(...own.flatMap(use => complaint(use, spec, entries.keys(), project)))
      }
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
    if (spec) throw secretTwice(withFile(spec, project), originOf(object) ?? service.name)
  }
  return objects.flatMap(object => {
    const template = podTemplateOf(object)
    const own = template ? secretUses(template).filter(({ secret }) => specOf(secret, object)) : []
    const origin = originOf(object)
    const title = origin
      ? `${titleOf(nameOf(object))} (${relative(project.folder, origin)})`
      : titleOf(nameOf(object))
    return own.map(use => ({ ...use, object: title }))
  })
}

function complaint(
  { key, optional, object, where, secret }: ServiceUse,
  spec: SecretSpec,
  there: Iterable<string>,
  project: Project,
): string[] {
  const names = [...there]
  if (key === undefined || optional || names.includes(key)) return []
  const { file } = withFile(spec, project)
  return [`${object}, ${where}: ${key} of Secret ${secret} is not in ${file}${didYouMean(key, names)}`]
}

function withFile(spec: SecretSpec, { folder }: Project): SecretSpec {
  return { ...spec, file: relative(folder, spec.file) }
}
