import { readdir, readFile } from 'node:fs/promises'
import { identify, type ProcessIdentity } from './process-identity.ts'
import { run } from './run.ts'

/** Processes by what they were asked to do: found also where nobody lived to write down that they run. */
export async function findProcesses(isIt: (args: readonly string[]) => boolean): Promise<ProcessIdentity[]> {
  const all = process.platform === 'linux' ? await listByProc() : await listByPs()
  const found = all.filter(({ pid, args }) => pid !== process.pid && isIt(args))
  const identities = await Promise.all(found.map(({ pid }) => identify(pid)))
  return identities.filter(identity => identity !== undefined)
}

interface Listed {
  pid: number
  args: string[]
}

async function listByProc(): Promise<Listed[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  return await Promise.all(
    pids.map(async pid => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return { pid: Number(pid), args: line.split('\0') }
    }),
  )
}

async function listByPs(): Promise<Listed[]> {
  const { stdout } = await run({ file: 'ps', args: ['-axwwo', 'pid=,args='] })
  return stdout.split('\n').map(line => {
    const [pid = '', ...args] = line.trim().split(/\s+/)
    return { pid: Number(pid), args }
  })
}
