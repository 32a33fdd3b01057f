import type { KubeApi } from '../api.ts'

/** A kind as the API serves it. */
export interface Resource {
  apiVersion: string
  kind: string
  /** Its name in paths: `deployments`. */
  plural: string
  namespaced: boolean
}

interface Aggregated {
  kind: 'APIGroupDiscoveryList'
  items: {
    metadata?: { name?: string }
    versions?: {
      version: string
      resources?: { resource: string; responseKind?: { kind: string }; scope: string }[]
    }[]
  }[]
}

interface GroupList {
  kind: 'APIGroupList'
  groups: { versions: { groupVersion: string }[] }[]
}

interface ResourceList {
  groupVersion: string
  resources: { name: string; kind: string; namespaced: boolean }[]
}

const AGGREGATED = ['v2', 'v2beta1']
  .map(version => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

const PATIENCE = { timeout: 15_000 }

/** Every kind that the API serves: two requests where the server aggregates them, one a group version elsewhere. */
export async function discover(api: KubeApi): Promise<Resource[]> {
  const options = { accept: AGGREGATED, ...PATIENCE }
  const [core, groups] = await Promise.all([
    api.get<Aggregated | { kind: 'APIVersions'; versions: string[] }>('/api', options),
    api.get<Aggregated | GroupList>('/apis', options),
  ])
  const found = await Promise.all([
    core.kind === 'APIGroupDiscoveryList'
      ? aggregated(core)
      : listed(
          api,
          core.versions.map(version => ({ groupVersion: version, path: `/api/${version}` })),
        ),
    groups.kind === 'APIGroupDiscoveryList'
      ? aggregated(groups)
      : listed(
          api,
          groups.groups
            .flatMap(group => group.versions)
            .map(({ groupVersion }) => ({ groupVersion, path: `/apis/${groupVersion}` })),
        ),
  ])
  return found.flat()
}

function aggregated({ items }: Aggregated): Resource[] {
  return items.flatMap(({ metadata, versions = [] }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources.flatMap(({ resource, responseKind, scope }) =>
        responseKind
          ? [
              {
                apiVersion: metadata?.name ? `${metadata.name}/${version}` : version,
                kind: responseKind.kind,
                plural: resource,
                namespaced: scope === 'Namespaced',
              },
            ]
          : [],
      ),
    ),
  )
}

async function listed(
  api: KubeApi,
  versions: readonly { groupVersion: string; path: string }[],
): Promise<Resource[]> {
  const lists = versions.map(async ({ groupVersion, path }) => {
    // A group whose own server is down says nothing of the others.
    const { resources } = await api.get<ResourceList>(path, PATIENCE).catch(() => ({ resources: [] }))
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced }) => ({ apiVersion: groupVersion, kind, plural: name, namespaced }))
  })
  return (await Promise.all(lists)).flat()
}
