import type { ObjectName } from '../object.ts'
import type { Meta, Snapshot } from './objects.ts'

/** What is known of an object that stands under others. */
export type Owned = { kind: string; name: string; ownerReferences?: Meta['ownerReferences'] }

/** Which of these objects something was made for, through whatever stands between them; also what is on its way out. */
export function ownerOf<T extends ObjectName>(
  { workloads, namespace }: Snapshot,
  owned: Owned,
  objects: readonly T[],
): T | undefined {
  const here = objects.filter(object => object.namespace === namespace)
  const above = ({ kind, name, ownerReferences = [] }: Owned): T | undefined => {
    const found = here.find(object => object.kind === kind && object.name === name)
    if (found) return found
    for (const owner of ownerReferences) {
      const between = workloads.find(({ metadata }) => metadata.uid === owner.uid)
      const further = above({ ...owner, ownerReferences: between?.metadata.ownerReferences })
      if (further) return further
    }
    return undefined
  }
  return above(owned)
}
