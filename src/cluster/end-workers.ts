import { join } from 'node:path'
import { sleep } from '../base/time.ts'
import { findProcesses } from '../exec/find-processes.ts'
import { endProcess } from '../exec/process-identity.ts'
import { kindLabels } from './node-labels.ts'

const SETTLE_MS = 1_000

/** kind and k3d go on when devk is killed, and two of them at the same cluster would ruin it. */
export async function endWorkers(folder: string, name: string): Promise<void> {
  const configs = ['kind.yaml', 'k3d.yaml'].map(file => join(folder, file))
  const workers = await findProcesses(
    args =>
      args.some(arg => configs.includes(arg)) ||
      (args[1] === 'run' && args.includes(`${kindLabels.cluster}=${name}`)),
  )
  if (workers.length === 0) return
  await Promise.all(workers.map(endProcess))
  await settle()
}

/** A container that Docker was just asked for appears after the one who asked was ended. */
export async function settle(): Promise<void> {
  await sleep(SETTLE_MS)
}
