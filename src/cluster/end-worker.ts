import { sleep } from '../base/time.ts'
import { endProcess, isAlive } from '../exec/process-identity.ts'
import type { ClusterRecord } from './record.ts'

const SETTLE_MS = 1_000

/** kind and k3d go on when devk is killed, and two of them at the same cluster would ruin it. */
export async function endWorker(record: ClusterRecord | undefined): Promise<void> {
  if (!record?.worker || !(await isAlive(record.worker))) return
  await endProcess(record.worker)
  await settle()
}

/** A container that Docker was just asked for appears after the one who asked was ended. */
export async function settle(): Promise<void> {
  await sleep(SETTLE_MS)
}
