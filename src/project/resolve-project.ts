import { resolve } from 'node:path'
import { didYouMean } from '../base/nearest.ts'
import type { AskedCluster } from '../model/cluster.ts'
import { parseMount } from '../model/mount.ts'
import { parsePortMapping } from '../model/port-mapping.ts'
import type { Project, Service } from '../model/project.ts'
import { KEPT_LOG_BYTES, parseSize } from '../model/size.ts'
import { type Blame, fault, invalidProject } from './faults.ts'
import { parsed } from './parsed.ts'
import { readConfig } from './read-config.ts'
import { resolveSecrets } from './resolve-secrets.ts'
import { resolveService } from './resolve-service.ts'
import type { ClusterInput, ProjectInput } from './schema.ts'
import type { Source } from './sources.ts'

export interface Origin {
  file: string
  /** All that it was read from. */
  files: readonly string[]
  folder: string
  sources: readonly Source[]
  profiles: readonly string[]
}

/** What the file says, with every path absolute and every default in its place. Throws PROJECT_INVALID. */
export async function resolveProject(input: ProjectInput, origin: Origin): Promise<Project> {
  const { file, files, folder, sources, profiles } = origin
  const { name, namespace = name } = input
  const faults: string[] = []
  const blame: Blame = (path, words, value) => void faults.push(fault(sources, path, words, value))
  const services = await Promise.all(
    Object.entries(input.services).map(([service, section]) =>
      resolveService(service, section, folder, blame),
    ),
  )
  const secrets = await resolveSecrets(input.secrets, { folder, namespace }, blame)
  checkNeeds(services, blame)
  checkForwards(services, blame)
  const { keep } = input.logs ?? {}
  const readKeep = () => (keep === undefined ? KEPT_LOG_BYTES : parseSize(keep))
  const [logBytes = 0] = parsed(readKeep, ['logs', 'keep'], blame)
  const cluster = await resolveCluster(input.cluster ?? { provider: 'kind' }, name, folder, blame)
  if (faults.length > 0) throw invalidProject(file, faults)
  return {
    file,
    files: [...files],
    folder,
    name,
    namespace,
    cluster,
    secrets,
    services,
    logBytes,
    profiles: [...profiles],
  }
}

function checkNeeds(services: readonly Service[], blame: Blame): void {
  const byName = new Map(services.map(service => [service.name, service]))
  for (const { name, needs } of services) {
    for (const [index, need] of needs.entries()) {
      const path = ['services', name, 'needs', index]
      if (!byName.has(need)) blame(path, `names no service${didYouMean(need, [...byName.keys()])}`, need)
    }
    const circle = circleFrom(name, byName)
    if (circle) blame(['services', name, 'needs'], `goes in a circle: ${circle.join(' → ')}`)
  }
}

/** A local port can lead to one place only. */
function checkForwards(services: readonly Service[], blame: Blame): void {
  const taken = new Map<string, string>()
  for (const { name, forward } of services) {
    for (const [index, { address, local, auto }] of forward.entries()) {
      const key = `${address} ${local}`
      const other = taken.get(key)
      if (other !== undefined && !auto) {
        blame(['services', name, 'forward', index], `has the local port of ${other}`, local)
      }
      if (other === undefined) taken.set(key, `services.${name}.forward.${index}`)
    }
  }
}

function circleFrom(start: string, byName: ReadonlyMap<string, Service>): string[] | undefined {
  const visit = (name: string, trail: readonly string[]): string[] | undefined => {
    for (const need of byName.get(name)?.needs ?? []) {
      if (need === start) return [...trail, need]
      if (trail.includes(need)) continue
      const found = visit(need, [...trail, need])
      if (found) return found
    }
    return undefined
  }
  return visit(start, [start])
}

async function resolveCluster(
  section: ClusterInput,
  project: string,
  folder: string,
  blame: Blame,
): Promise<AskedCluster> {
  const {
    provider,
    context,
    remote,
    config,
    mounts = [],
    name = project,
    ports = [],
    workers = 0,
    labels = {},
    ...rest
  } = section
  if (provider === 'existing') {
    if (context === undefined)
      blame(['cluster', 'context'], 'is missing: provider existing needs the context of your kubeconfig')
    const meant = Object.keys(section).find(key => !['provider', 'name', 'context', 'remote'].includes(key))
    if (meant !== undefined) blame(['cluster', meant], 'is only for clusters that devk makes')
    return { name, provider, context: context ?? '', remote: remote ?? false }
  }
  for (const [key, value] of Object.entries({ context, remote })) {
    if (value !== undefined) blame(['cluster', key], 'is only for provider existing')
  }
  return {
    provider,
    ...rest,
    workers,
    labels,
    name,
    ports: ports.flatMap((text, index) =>
      parsed(() => parsePortMapping(text), ['cluster', 'ports', index], blame),
    ),
    mounts: mounts.flatMap((text, index) =>
      parsed(() => parseMount(text, folder), ['cluster', 'mounts', index], blame),
    ),
    config: config === undefined ? undefined : await readConfig(resolve(folder, config)),
  }
}
