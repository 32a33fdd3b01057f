import type { KubeApi } from '../api.ts'
import { hideSecret } from '../hide-secret.ts'
import { FOUND_LABEL, PROJECT_LABEL } from '../labels.ts'
import { originOf } from '../manifests/origin.ts'
import { type KubeObject, keyOf, nameOf, type ObjectMeta, titleOf } from '../object.ts'
import { applyOne } from './apply-one.ts'
import { waitEstablished } from './established.ts'
import { type AppliedObject, identityOf } from './identity.ts'
import { lookBefore, refuseForeign } from './look-before.ts'
import type { ApplyOptions, Placed } from './options.ts'
import { parallel } from './parallel.ts'
import { phaseOf, phases } from './phases.ts'
import { resourcesOf } from './resources.ts'

/**
 * Applies the objects in the order of `phases`, each phase at once, and answers in the order of the objects.
 *
 * Nothing is applied where a kind is unknown (KIND_UNKNOWN) or an object belongs to another project (OBJECT_FOREIGN).
 * What is there already and belongs to no project is changed, marked with FOUND_LABEL, and told by a note: `removeObjects`
 * leaves it. A changed Job or bare Pod is deleted and made anew. A refusal is thrown as OBJECT_REFUSED, OBJECT_INVALID or
 * OBJECT_IMMUTABLE; objects that were applied before it stay, and applying all of them again is safe.
 */
export async function applyObjects(
  api: KubeApi,
  objects: readonly KubeObject[],
  options: ApplyOptions,
): Promise<AppliedObject[]> {
  const { signal, hide, concurrency = 8 } = options
  for (const object of objects) hideSecret(object, hide)
  const placed = await place(api, objects, signal)
  const before = await lookBefore(api, placed, signal)
  refuseForeign(placed, before)
  const applied = new Map<KubeObject, AppliedObject>()
  for (const phase of phases) {
    const due = placed.filter(({ object }) => phaseOf(object) === phase)
    await parallel(due, concurrency, async ({ object, resource }) => {
      const known = before.get(keyOf(nameOf(object)))
      const marked = markFound(object, known, options)
      const { object: now, outcome } = await applyOne(
        api,
        { object: marked, resource, before: known },
        options,
      )
      if (phase === 'definitions') await waitEstablished(api, object, resource, options)
      applied.set(object, { identity: identityOf(now), outcome })
    })
  }
  return placed.flatMap(({ object }) => applied.get(object) ?? [])
}

/** Each object where the API serves its kind: what is cluster-wide loses a namespace that was put in by default. */
async function place(api: KubeApi, objects: readonly KubeObject[], signal: AbortSignal): Promise<Placed[]> {
  const resources = resourcesOf(api)
  for (const object of objects) if (object.kind === 'CustomResourceDefinition') resources.learn(object)
  const placing = objects.map(async object => {
    const resource = await resources.resolve(nameOf(object), signal, originOf(object))
    return { object: resource.namespaced ? inNamespace(object) : inNone(object), resource }
  })
  return await Promise.all(placing)
}

function inNamespace(object: KubeObject): KubeObject {
  const { metadata } = object
  return metadata.namespace ? object : { ...object, metadata: { ...metadata, namespace: 'default' } }
}

function inNone(object: KubeObject): KubeObject {
  const { namespace, ...metadata } = object.metadata
  return namespace === undefined ? object : { ...object, metadata }
}

/** An object of ours that was there before us keeps its mark; one that is found now gets it. */
function markFound(object: KubeObject, before: ObjectMeta | undefined, { note }: ApplyOptions): KubeObject {
  const { labels } = object.metadata
  const mine = labels?.[PROJECT_LABEL]
  if (!before || mine === undefined) return object
  const theirs = before.labels?.[PROJECT_LABEL]
  const found = before.labels?.[FOUND_LABEL] !== undefined
  if (theirs === mine && !found) return object
  // Projects may share a namespace; it goes with the one that made it.
  if (theirs !== undefined && theirs !== mine && !found)
    return withLabels(object, { [PROJECT_LABEL]: theirs })
  if (theirs === undefined && object.kind !== 'Namespace') {
    note?.(
      `${titleOf(nameOf(object))} was there before: it is changed as its manifest says, and never removed.`,
    )
  }
  return withLabels(object, { [FOUND_LABEL]: 'true' })
}

function withLabels(object: KubeObject, labels: Record<string, string>): KubeObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } }
}
