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
 * Whether an apply changed the object. Its resourceVersion does not tell: controllers write at the same time, and some
 * kinds are stored anew once although nothing changed. Two changes within one second can look like one.
 */
export function isChanged(before: ObjectMeta, after: ObjectMeta): boolean {
  return versionOf(before) !== versionOf(after) || before.generation !== after.generation
}

function isOurs({ manager, operation, subresource }: ManagedFields): boolean {
  return manager === FIELD_MANAGER && operation === 'Apply' && subresource === undefined
}
