import type Docker from 'dockerode'
import { putFiles, readContainerFile } from '../docker/files.ts'
import type { ClusterNode } from '../model/cluster.ts'
import { type ClusterRecord, MARKER, parseRecord, type RecordStore } from './record.ts'

/** Leaves the record in the cluster itself, so that it is known as devk's even where devk's own files are lost. */
export async function markCluster(
  docker: Docker,
  nodes: readonly ClusterNode[],
  record: ClusterRecord,
): Promise<void> {
  const [first] = nodes
  if (first) await putFiles(docker.getContainer(first.name), new Map([[MARKER, JSON.stringify(record)]]))
}

/** The record that a cluster of ours carries, put back where it belongs. */
export async function adoptRecord(
  docker: Docker,
  records: RecordStore,
  nodes: readonly ClusterNode[],
): Promise<ClusterRecord | undefined> {
  const [first] = nodes
  if (!first) return undefined
  const text = await readContainerFile(docker.getContainer(first.name), MARKER)
  if (text === undefined) return undefined
  const record = parseRecord(text, `${MARKER} in ${first.name}`)
  await records.write(record)
  return record
}
