import { createHash } from 'node:crypto'
import { FIELD_MANAGER } from '../api.ts'
import type { ManagedFields, ObjectMeta } from '../object.ts'

/**
 * A mark that changes when an object is made anew, when we change it, and when another changes a field that is ours:
 * the field leaves our entry of its managed fields then. What controllers write into it (status, an autoscaler's
 * replicas where the manifest names none) leaves the mark as it is, other than generation and resourceVersion.
 */
export function versionOf({ uid, managedFields }: ObjectMeta): string {
  const ours = managedFields?.find(isOurs)
  return createHash('sha256')
    .update(JSON.stringify([uid, ours?.time, ours?.fieldsV1]))
    .digest('base64url')
    .slice(0, 22)
}

/**
 * Whether an apply changed the object. Our entry's time has whole seconds, so two changes within one look alike in it;
 * then it was us if nobody else's entry changed.
 */
export function isChanged(before: ObjectMeta, after: ObjectMeta): boolean {
  if (before.resourceVersion === after.resourceVersion) return false
  if (versionOf(before) !== versionOf(after) || before.generation !== after.generation) return true
  return after.generation === undefined && JSON.stringify(others(before)) === JSON.stringify(others(after))
}

function others({ managedFields = [] }: ObjectMeta): ManagedFields[] {
  return managedFields.filter(entry => !isOurs(entry))
}

function isOurs({ manager, operation, subresource }: ManagedFields): boolean {
  return manager === FIELD_MANAGER && operation === 'Apply' && subresource === undefined
}
