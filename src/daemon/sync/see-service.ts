import { join } from 'node:path'
import type { NodeRecord, RecordStore } from '../../engine/node.ts'
import type { Snapshot } from '../../kube/rollout/objects.ts'
import type { FileState } from '../../model/file-state.ts'
import type { Service } from '../../model/project.ts'
import { identitiesOf } from '../../resources/apply-recorded.ts'
import { imageId, workloadId } from '../../resources/outputs.ts'
import type { Journal } from '../../sync/journal.ts'
import { placeOf, type SourceRule } from '../../sync/source-rule.ts'
import { containersOf, type SyncedContainer } from './containers-of.ts'

export interface SeenService {
  /** Its containers; what their images were built from is in the journal by then. */
  look(snapshot: Snapshot): Promise<SyncedContainer[]>
}

/** Finds a service's containers from what was recorded of it. */
export function seeService(
  { name, build }: Service,
  { rules, store, journal }: { rules: readonly SourceRule[]; store: RecordStore; journal: Journal },
): SeenService {
  let based: string | undefined
  let bases: ReadonlyMap<string, ReadonlyMap<string, FileState>> = new Map()

  function learnBase(record: NodeRecord | undefined): void {
    // While it is built anew the record tells of what will be.
    if (!build || record?.phase !== 'done' || record.at === based) return
    based = record.at
    const files = Object.entries(record.fingerprint).flatMap(([label, state]) => {
      const file = label.startsWith('./') ? join(build.context, label) : undefined
      return file && rules.some(rule => placeOf(rule, file)) ? [[file, state] as const] : []
    })
    bases = new Map([[String(record.output['reference']), new Map(files)]])
  }

  return {
    async look(snapshot) {
      const [workload, image] = await Promise.all([store.read(workloadId(name)), store.read(imageId(name))])
      if (!workload) return []
      learnBase(image)
      const objects = [...identitiesOf(workload.output), ...identitiesOf(workload.notes)]
      const reference = image?.output['reference'] as string | undefined
      const containers = containersOf(snapshot, { rules, objects, image: reference })
      const images = new Set([
        ...containers.map(container => container.image),
        ...(reference ? [reference] : []),
      ])
      await journal.keepOnly([...images], bases)
      return containers
    },
  }
}
