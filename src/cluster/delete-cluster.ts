import { isDiskFull } from '../base/errors.ts'
import { removeContext } from '../kube/merge-kubeconfig.ts'
import { type Clusters, type FoundCluster, findCluster } from './clusters.ts'
import { endWorkers } from './end-workers.ts'
import { locked } from './locked.ts'
import { isWreck, requireOurs } from './ours.ts'
import { releaseShared } from './shared.ts'

/** Takes the cluster away, half-created or whole, and says what it removed: nothing where there is nothing. */
export function deleteCluster(
  clusters: Clusters,
  name: string,
  { purge }: { purge: boolean },
): Promise<string[]> {
  return locked(clusters, name, `deleting cluster ${name}`, async () => {
    const found = await findCluster(clusters, name)
    const removed: string[] = []
    if (found) {
      if (!isWreck(found)) requireOurs(name, found)
      removed.push(
        ...(await clusters.steps.during(`Removing cluster ${name}`, () =>
          removeCluster(clusters, name, found),
        )),
      )
    }
    return [...removed, ...(await releaseShared(clusters, { purge }))]
  })
}

/** The record says that the cluster is going before any of it goes, and is gone itself after all of it. */
export async function removeCluster(
  { providers, records, signal }: Clusters,
  name: string,
  found: FoundCluster,
  { keepContexts = false }: { keepContexts?: boolean } = {},
): Promise<string[]> {
  const { record, provider } = found
  await endWorkers(records.folder(name), name)
  // A disk that is full is all the more reason to go on: what is left of a half deleted cluster is recognised without it.
  if (record) await records.write({ ...record, phase: 'deleting' }).catch(unlessDiskFull)
  const removed = await providers[provider].delete(name, signal)
  for (const file of keepContexts ? [] : (record?.mergedInto ?? [])) {
    if (await removeContext(file, `${provider}-${name}`, signal))
      removed.push(`context ${provider}-${name} from ${file}`)
  }
  await records.remove(name)
  return removed
}

function unlessDiskFull(error: unknown): void {
  if (!isDiskFull(error)) throw error
}
