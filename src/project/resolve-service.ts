import { join, resolve } from 'node:path'
import { parseForward } from '../model/forward.ts'
import type { BuildSpec, DeploySpec, Service } from '../model/project.ts'
import type { Blame } from './faults.ts'
import { kindOf } from './kind-of.ts'
import { parsed } from './parsed.ts'
import { resolveSync } from './resolve-sync.ts'
import type { DeployInput, ServiceInput } from './schema.ts'
import type { KeyPath } from './sources.ts'

/** A service with absolute paths, each of which is there. */
export async function resolveService(
  name: string,
  { build, deploy, needs, imagePaths, forward, sync }: ServiceInput,
  folder: string,
  blame: Blame,
): Promise<Service> {
  const at = ['services', name]
  if (build === undefined && deploy === undefined)
    blame(at, 'has neither build nor deploy: it would do nothing')
  const entries = deploy === undefined ? [] : Array.isArray(deploy) ? deploy : [deploy]
  const [resolvedBuild, ...deploys] = await Promise.all([
    build === undefined ? undefined : resolveBuild(build, folder, [...at, 'build'], blame),
    ...entries.map((entry, index) =>
      resolveDeploy(entry, {
        name,
        folder,
        at: [...at, 'deploy', ...(Array.isArray(deploy) ? [index] : [])],
        blame,
      }),
    ),
  ])
  if (forward.length > 0 && deploys.length === 0) {
    blame([...at, 'forward'], 'has nothing to lead to: the service has no deploy')
  }
  const forwards = forward.flatMap((text, index) =>
    parsed(() => parseForward(String(text)), [...at, 'forward', index], blame),
  )
  if (sync.length > 0 && deploys.length === 0) {
    blame([...at, 'sync'], 'has nothing to write into: the service has no deploy')
  }
  const rules = await Promise.all(
    sync.map((rule, index) => resolveSync(rule, folder, [...at, 'sync', index], blame)),
  )
  return { name, build: resolvedBuild, deploy: deploys, needs, imagePaths, forward: forwards, sync: rules }
}

async function resolveBuild(
  build: NonNullable<ServiceInput['build']>,
  folder: string,
  at: KeyPath,
  blame: Blame,
): Promise<BuildSpec> {
  const full = typeof build === 'string' ? { context: build, args: {}, platforms: [], cacheFrom: [] } : build
  const context = resolve(folder, full.context)
  const dockerfile =
    full.dockerfile === undefined ? join(context, 'Dockerfile') : resolve(folder, full.dockerfile)
  const place = typeof build === 'string' ? at : [...at, 'context']
  if ((await kindOf(context)) !== 'folder') blame(place, 'is no folder', full.context)
  else if ((await kindOf(dockerfile)) !== 'file') {
    blame(full.dockerfile === undefined ? place : [...at, 'dockerfile'], `has no Dockerfile at ${dockerfile}`)
  }
  return {
    context,
    dockerfile,
    target: full.target,
    args: full.args,
    platforms: full.platforms,
    cacheFrom: full.cacheFrom,
  }
}

async function resolveDeploy(
  entry: DeployInput,
  { name, folder, at, blame }: { name: string; folder: string; at: KeyPath; blame: Blame },
): Promise<DeploySpec> {
  const text = typeof entry === 'string' ? entry : 'path' in entry ? entry.path : entry.chart
  const place = typeof entry === 'string' ? at : [...at, 'path' in entry ? 'path' : 'chart']
  const path = resolve(folder, text)
  const kind = await kindOf(path)
  if (kind === undefined) blame(place, 'is not there', text)
  const isChart = kind === 'folder' && (await kindOf(join(path, 'Chart.yaml'))) === 'file'
  if (typeof entry === 'object' && 'chart' in entry) {
    if (kind !== undefined && !isChart) blame(place, 'is no chart: it has no Chart.yaml', text)
    const { release = name, values, set } = entry
    return { kind: 'helm', chart: path, release, set, values: values.map(value => resolve(folder, value)) }
  }
  return isChart
    ? { kind: 'helm', chart: path, release: name, values: [], set: {} }
    : { kind: 'manifests', path }
}
