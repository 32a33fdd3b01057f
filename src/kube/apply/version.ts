import { createHash } from 'node:crypto'
import { FIELD_MANAGER } from '../api.ts'
import type { ObjectMeta } from '../object.ts'

/**
 * A mark that changes when an object is made anew, when we change it, and when another changes a field that is ours:
 * the field leaves our entry of its managed fields then. What controllers write into it (status, an autoscaler's
 * replicas where the manifest names none) leaves the mark as it is, other than generation and resourceVersion.
 */
export function versionOf({ uid, managedFields }: ObjectMeta): string {
  const ours = managedFields?.find(
    ({ manager, operation, subresource }) =>
      manager === FIELD_MANAGER && operation === 'Apply' && subresource === undefined,
  )
  return createHash('sha256')
    .update(JSON.stringify([uid, ours?.time, ours?.fieldsV1]))
    .digest('base64url')
    .slice(0, 22)
}

/** Whether an apply changed the object. Our entry's time has whole seconds: two changes within one look alike in it. */
export function isChanged(before: ObjectMeta, after: ObjectMeta): boolean {
  if (before.resourceVersion === after.resourceVersion) return false
  if (versionOf(before) !== versionOf(after)) return true
  if (after.generation === undefined) return true
  return before.generation !== after.generation
}
