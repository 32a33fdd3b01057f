import { readFile } from 'node:fs/promises'

/** As Linux tells it to programs, whatever the kernel's own clock is. */
const TICKS_PER_SECOND = 100

/** The processor time of a process so far, all of its threads together, in milliseconds. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name before it may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  return ((user + system) * 1_000) / TICKS_PER_SECOND
}
