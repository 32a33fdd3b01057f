import { resolve } from 'node:path'
import { DevkError } from '../base/errors.ts'
import { findProject } from '../base/find-project.ts'
import type { AskedSpec } from '../cluster/differences.ts'
import { type AskedCluster, defaultClusterName, type ExistingCluster } from '../model/cluster.ts'
import { parseMount } from '../model/mount.ts'
import { parsePortMapping } from '../model/port-mapping.ts'
import { readConfig } from '../project/read-config.ts'
import { readProject } from '../project/read-project.ts'
import { nameSchema } from '../project/schema.ts'
import type { CreateInput } from '../protocol/operations.ts'

/** The name that a command means: the one given, the project's, or `devk` outside a project. */
export async function askedName(given: string | undefined, folder: string): Promise<string> {
  // With a name, a broken project file is in nobody's way.
  if (given !== undefined) return checkName(given)
  const project = await projectCluster(undefined, folder)
  if (project?.provider === 'existing') throw notOurs(project.context)
  return project?.name ?? defaultClusterName
}

/** The cluster that somebody else made and the project names, where the command means that one. */
export async function askedExisting(
  given: string | undefined,
  folder: string,
): Promise<ExistingCluster | undefined> {
  if (given !== undefined) return undefined
  const project = await projectCluster(undefined, folder)
  return project?.provider === 'existing' ? project : undefined
}

/** What `create` is asked for: the project's cluster where it is the one that is meant, and over it what is given. */
export async function askedSpec(input: CreateInput, folder: string): Promise<AskedSpec> {
  const project = await projectCluster(input.name, folder)
  if (project?.provider === 'existing') throw notOurs(project.context)
  const name = input.name === undefined ? (project?.name ?? defaultClusterName) : checkName(input.name)
  return { ...project, ...given(input, folder), ...(await givenConfig(input, folder)), name }
}

async function projectCluster(name: string | undefined, folder: string): Promise<AskedCluster | undefined> {
  const file = findProject(folder)
  const cluster = file === undefined ? undefined : (await readProject(file)).cluster
  return name === undefined || name === cluster?.name ? cluster : undefined
}

function given(
  { provider, workers, kubernetes, ports, mounts, labels }: CreateInput,
  folder: string,
): Partial<AskedSpec> {
  return {
    ...(provider !== undefined && { provider: checkProvider(provider) }),
    ...(workers !== undefined && { workers: checkWorkers(workers) }),
    ...(kubernetes !== undefined && { kubernetes: checkVersion(kubernetes) }),
    ...(ports && { ports: ports.map(parsePortMapping) }),
    ...(mounts && { mounts: mounts.map(text => parseMount(text, folder)) }),
    ...(labels && { labels: Object.fromEntries(labels.map(parseLabel)) }),
  }
}

async function givenConfig({ config }: CreateInput, folder: string): Promise<Partial<AskedSpec>> {
  return config === undefined ? {} : { config: await readConfig(resolve(folder, config)) }
}

function checkName(name: string): string {
  const result = nameSchema.safeParse(name)
  if (result.success) return name
  throw usage(`"${name}" can't be a cluster's name.`, `It ${result.error.issues[0]?.message}.`)
}

function checkProvider(text: string): 'kind' | 'k3d' {
  if (text === 'kind' || text === 'k3d') return text
  throw usage(`There is no provider "${text}" that makes clusters.`, 'Use --provider kind or --provider k3d.')
}

function checkWorkers(text: string): number {
  if (/^(1?\d|20)$/.test(text)) return Number(text)
  throw usage(`"${text}" is no number of workers.`, 'Use a whole number from 0 to 20.')
}

function checkVersion(text: string): string {
  if (/^v?\d+\.\d+(\.\d+)?$/.test(text)) return text.replace(/^v/, '')
  throw usage(`"${text}" is no Kubernetes version.`, 'Write it like 1.33 or 1.33.4.')
}

function parseLabel(text: string): [string, string] {
  const [key, value, ...rest] = text.split('=')
  if (key && value !== undefined && rest.length === 0) return [key, value]
  throw usage(`"${text}" is no label.`, 'Write KEY=VALUE.')
}

function usage(message: string, hint: string): DevkError {
  return new DevkError({ code: 'USAGE', message, hint })
}

function notOurs(context: string): DevkError {
  return new DevkError({
    code: 'CLUSTER_EXISTING',
    message: `The project uses the existing cluster of the context ${context}: devk did not make it, and leaves its life to you.`,
    hint: 'To have devk make one, set cluster.provider to kind or k3d.',
  })
}
