import { type KubeObject, nameOf, type ObjectName } from '../object.ts'
import { versionOf } from './version.ts'

/** What is remembered of an object that was applied. */
export interface ObjectIdentity extends ObjectName {
  /** Empty where it is not known whether the object was made. */
  uid: string
  /** As `currentVersions` tells it, for as long as nobody changed what is ours in the object. */
  version: string
  /** By the object's own counting; kinds that have no controller have none. */
  generation?: number
}

export interface AppliedObject {
  identity: ObjectIdentity
  outcome: 'created' | 'changed' | 'unchanged'
}

export function identityOf(object: KubeObject): ObjectIdentity {
  const { metadata } = object
  const { uid = '', generation } = metadata
  const counted = generation === undefined ? {} : { generation }
  return { ...nameOf(object), uid, version: versionOf(metadata), ...counted }
}
