import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { deployInputs } from '../kube/manifests/deploy-inputs.ts'
import type { Project, Service } from '../model/project.ts'
import type { SecretSpec } from '../model/secrets.ts'

/** What decides which objects a service is made of, but for its images. */
export async function deployHashes(project: Project, service: Service): Promise<Record<string, string>> {
  const { folder, namespace } = project
  const files = (await Promise.all(service.deploy.map(deployInputs))).flat()
  const entries = files.map(async file => [relative(folder, file), await fileHash(file)] as const)
  return {
    ...Object.fromEntries(await Promise.all(entries)),
    deploy: JSON.stringify(service.deploy.map(deploy => relativeTo(folder, deploy))),
    namespace,
  }
}

/** What decides which entries a Secret has. */
export async function secretHashes(project: Project, spec: SecretSpec): Promise<Record<string, string>> {
  const shown = withShownFile(spec, project)
  return { [shown.file]: await fileHash(spec.file), 'what is taken of it': JSON.stringify(shown) }
}

/** Its file as messages name it. */
export function withShownFile(spec: SecretSpec, { folder }: Project): SecretSpec {
  return { ...spec, file: relative(folder, spec.file) }
}

async function fileHash(file: string): Promise<string> {
  return hash('sha256', await readFile(file))
}

function relativeTo(folder: string, deploy: Service['deploy'][number]): unknown {
  if (deploy.kind === 'manifests') return { path: relative(folder, deploy.path) }
  return {
    ...deploy,
    chart: relative(folder, deploy.chart),
    values: deploy.values.map(file => relative(folder, file)),
  }
}
