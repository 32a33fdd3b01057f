import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What watching files in several clusters takes: each node's kubelet and containerd watch many. */
export const inotifyNeeds = { max_user_instances: 512, max_user_watches: 524_288 } as const

export type InotifyLimit = keyof typeof inotifyNeeds

const FOLDER = '/proc/sys/fs/inotify'
const CAP_SYS_RESOURCE = 24n

/** The limits that are too low, with what they are; none on a machine without inotify. */
export async function lowInotifyLimits(): Promise<Partial<Record<InotifyLimit, number>>> {
  const low: Partial<Record<InotifyLimit, number>> = {}
  for (const name of limitNames()) {
    const text = await readFile(join(FOLDER, name), 'utf8').catch(() => undefined)
    if (text !== undefined && Number(text) < inotifyNeeds[name]) low[name] = Number(text)
  }
  return low
}

export async function raiseInotifyLimits(limits: readonly InotifyLimit[]): Promise<void> {
  for (const name of limits) await writeFile(join(FOLDER, name), String(inotifyNeeds[name]))
}

function limitNames(): InotifyLimit[] {
  return ['max_user_instances', 'max_user_watches']
}

/** Whether no process of this machine may have CAP_SYS_RESOURCE. */
export async function lacksSysResource(status = '/proc/self/status'): Promise<boolean> {
  const text = await readFile(status, 'utf8').catch(() => '')
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(text)?.[1]
  return bounding !== undefined && ((BigInt(`0x${bounding}`) >> CAP_SYS_RESOURCE) & 1n) === 0n
}
