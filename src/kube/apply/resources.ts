import { closest, distance } from 'fastest-levenshtein'
import { DevkError } from '../../base/errors.ts'
import type { KubeApi } from '../api.ts'
import type { CrdSpec } from '../manifests/scope.ts'
import type { KubeObject, ObjectName } from '../object.ts'
import { discover, type Resource } from './discovery.ts'
import { withSignal } from './with-signal.ts'

/** What kinds an API serves, and where. */
export interface Resources {
  /** Asks the API anew, once, where the kind is not known: its CRD may just have been made. */
  find(apiVersion: string, kind: string, signal: AbortSignal): Promise<Resource | undefined>
  /** The same; throws KIND_UNKNOWN with the nearest kind. `origin`: where the object was read. */
  resolve(name: ObjectName, signal: AbortSignal, origin?: string): Promise<Resource>
  /** What a CRD will serve, before it does. */
  learn(crd: KubeObject): void
}

const known = new WeakMap<KubeApi, Resources>()

/** One for each API object: discovery is asked for once in its life, and again only for what is not known. */
export function resourcesOf(api: KubeApi): Resources {
  const before = known.get(api)
  if (before) return before
  const made = makeResources(api)
  known.set(api, made)
  return made
}

function makeResources(api: KubeApi): Resources {
  const learnt = new Map<string, Resource>()
  let asked: Promise<Resource[]> | undefined
  const ask = (): Promise<Resource[]> => {
    const asking = discover(api)
    asking.catch(() => {
      if (asked === asking) asked = undefined
    })
    asked = asking
    return asking
  }
  const among = (resources: readonly Resource[], apiVersion: string, kind: string) =>
    resources.find(each => each.kind === kind && each.apiVersion === apiVersion)
  const find: Resources['find'] = async (apiVersion, kind, signal) => {
    const taught = learnt.get(`${apiVersion}/${kind}`)
    if (taught) return taught
    const before = asked
    const found = among(await withSignal(before ?? ask(), signal), apiVersion, kind)
    if (found || !before) return found
    // Several that miss a kind at once ask once.
    return among(await withSignal(asked === before ? ask() : (asked ?? ask()), signal), apiVersion, kind)
  }
  return {
    find,
    resolve: async (name, signal, origin) => {
      const found = await find(name.apiVersion, name.kind, signal)
      if (found) return found
      throw unknownKind(name, await withSignal(asked ?? ask(), signal), origin)
    },
    learn: crd => {
      const spec = crd['spec'] as CrdSpec | undefined
      const { kind, plural } = spec?.names ?? {}
      if (!kind || !plural || !spec?.group) return
      for (const { name, served } of spec.versions ?? []) {
        const apiVersion = `${spec.group}/${name}`
        if (served !== false)
          learnt.set(`${apiVersion}/${kind}`, {
            apiVersion,
            kind,
            plural,
            namespaced: spec.scope !== 'Cluster',
          })
      }
    },
  }
}

export function collectionPath({ apiVersion, plural, namespaced }: Resource, namespace?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const within = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${within}/${plural}`
}

export function pathOf(
  resource: Resource,
  { namespace, name }: Pick<ObjectName, 'namespace' | 'name'>,
): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`
}

function unknownKind(
  { apiVersion, kind, name }: ObjectName,
  all: readonly Resource[],
  origin: string | undefined,
): DevkError {
  const where = origin === undefined ? '' : ` (${origin})`
  return new DevkError({
    code: 'KIND_UNKNOWN',
    message: `The cluster knows no ${kind} of ${apiVersion}, which ${name}${where} is. Nothing was applied.`,
    hint: advice(apiVersion, kind, all),
  })
}

function advice(apiVersion: string, kind: string, all: readonly Resource[]): string {
  const versions = new Set(all.filter(each => each.kind === kind).map(each => each.apiVersion))
  if (versions.size > 0) return `${kind} is of ${[...versions].join(' or ')} here: correct apiVersion.`
  const kinds = [...new Set(all.map(each => each.kind))]
  const nearest = kinds.length > 0 ? closest(kind, kinds) : ''
  if (nearest !== '' && distance(kind, nearest) <= 3) {
    const right = all.find(each => each.kind === nearest)?.apiVersion ?? apiVersion
    return `Did you mean kind ${nearest} (apiVersion ${right})?`
  }
  return 'Where an operator brings this kind, its CustomResourceDefinition must be installed first.'
}
