import type { Hidden } from '../base/hidden/hidden.ts'
import type { ApplyContext, NodeRecord, Output } from '../engine/node.ts'
import type { KubeApi } from '../kube/api.ts'
import { applyObjects } from '../kube/apply/apply-objects.ts'
import type { ObjectIdentity } from '../kube/apply/identity.ts'
import { removeObjects } from '../kube/apply/remove-objects.ts'
import { type KubeObject, keyOf, nameOf } from '../kube/object.ts'

export interface ApplyCounts {
  applied: number
  removed: string[]
}

interface Applying {
  project: string
  /** The cluster's identity: what another one had is not looked for here. */
  cluster: string
  pruneVolumes: boolean
  counts: ApplyCounts
  hide: Hidden['hide']
  /** What other nodes name by now: what moved there is theirs. */
  elsewhere: () => Promise<readonly ObjectIdentity[]>
  signal: AbortSignal
}

/** Applies a node's objects, each written down before it is made; what the node named before and no longer names goes. */
export async function applyRecorded(
  api: KubeApi,
  objects: readonly KubeObject[],
  { record, remember, say, note }: Pick<ApplyContext, 'record' | 'remember' | 'say' | 'note'>,
  { project, cluster, pruneVolumes, counts, hide, elsewhere, signal }: Applying,
): Promise<Output> {
  const known = record?.fingerprint['cluster'] === cluster ? identitiesOf(record.notes) : []
  // What is about to be made must be found again, and so must what was made before.
  await remember(asNotes(merged(known, objects)))
  const applied = await applyObjects(api, objects, { signal, hide, say, note })
  counts.applied += applied.filter(({ outcome }) => outcome !== 'unchanged').length
  const identities = applied.map(({ identity }) => identity)
  const named = new Set(identities.map(keyOf))
  const dropped = known.filter(object => !named.has(keyOf(object)))
  const stale = dropped.length > 0 ? without(dropped, await elsewhere()) : []
  const kept = pruneVolumes ? [] : stale.filter(isVolume)
  const removal = { project, signal, say, note, keepVolumes: !pruneVolumes }
  counts.removed.push(...(await removeObjects(api, stale, removal)))
  await remember(asNotes([...identities, ...kept]))
  return asNotes(identities)
}

/** Why objects of a record are not as they were left; undefined where they are. */
export function lostObject(output: Output, versions: ReadonlyMap<string, string>): string | undefined {
  for (const object of identitiesOf(output)) {
    const version = versions.get(keyOf(object))
    if (version === undefined) return `${object.kind} ${object.name} is gone`
    if (version !== object.version) return `${object.kind} ${object.name} was changed by somebody else`
  }
  return undefined
}

/** The objects that a record tells of. */
export function identitiesOf(output: Output): ObjectIdentity[] {
  return (output['objects'] ?? []) as unknown as ObjectIdentity[]
}

/** All that these records tell of, whether it was made or is about to be. */
export function objectsOf(records: readonly NodeRecord[]): ObjectIdentity[] {
  return records.flatMap(({ notes, output }) => [...identitiesOf(notes), ...identitiesOf(output)])
}

export function without(
  objects: readonly ObjectIdentity[],
  others: readonly ObjectIdentity[],
): ObjectIdentity[] {
  const keys = new Set(others.map(keyOf))
  return objects.filter(object => !keys.has(keyOf(object)))
}

export function isVolume({ kind }: { kind: string }): boolean {
  return kind === 'PersistentVolumeClaim'
}

function asNotes(objects: readonly ObjectIdentity[]): Output {
  return { objects: objects.map(object => ({ ...object })) as unknown as Output[] }
}

function merged(known: readonly ObjectIdentity[], objects: readonly KubeObject[]): ObjectIdentity[] {
  const coming = objects.map(object => ({ ...nameOf(object), uid: '', version: '' }))
  const keys = new Set(coming.map(keyOf))
  return [...known.filter(object => !keys.has(keyOf(object))), ...coming]
}
