export interface ObjectMeta {
  name: string
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  finalizers?: string[]
  ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[]
  managedFields?: ManagedFields[]
}

export interface ManagedFields {
  manager: string
  operation: 'Apply' | 'Update'
  subresource?: string
  time?: string
  fieldsV1?: unknown
}

export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

export interface KubeList<T = KubeObject> {
  metadata: { resourceVersion?: string }
  items: T[] | null
}

/** What tells an object from all others. */
export interface ObjectName {
  apiVersion: string
  kind: string
  namespace?: string
  name: string
}

export function nameOf({ apiVersion, kind, metadata }: KubeObject): ObjectName {
  const { name, namespace } = metadata
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
}

/** One key for one object, whichever version of its API it is named by. */
export function keyOf({ apiVersion, kind, namespace, name }: ObjectName): string {
  return [groupOf(apiVersion), kind, namespace ?? '', name].join('/')
}

/** As a person names it: `Deployment shop/api`. */
export function titleOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`
}

/** `apps` of `apps/v1`; nothing of the core's `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}
