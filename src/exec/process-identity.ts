import { readFile } from 'node:fs/promises'
import { run } from './run.ts'

/** A process, told apart from a later one that was given the same pid. */
export interface ProcessIdentity {
  pid: number
  started: string
}

export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const started = process.platform === 'linux' ? await startedByProc(pid) : await startedByPs(pid)
  return started === undefined ? undefined : { pid, started }
}

export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  return (await identify(process.pid))?.started === process.started
}

/** Ends the process and its group where it leads one; nothing where it is gone or the pid is another's by now. */
export async function endProcess(target: ProcessIdentity): Promise<void> {
  if (!(await isAlive(target))) return
  for (const pid of [-target.pid, target.pid]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It leads no group, or ended in between.
    }
  }
}

async function startedByProc(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The command's name stands in parentheses and may itself hold any character; fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

async function startedByPs(pid: number): Promise<string | undefined> {
  const { stdout } = await run({ file: 'ps', args: ['-o', 'lstart=', '-p', String(pid)] }, { accept: [1] })
  return stdout.trim() || undefined
}
