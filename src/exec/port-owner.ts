import { readdir, readFile, readlink } from 'node:fs/promises'
import { run } from './run.ts'

/** Who listens on a TCP port of this machine, as `node server.js (process 4711)`; undefined where it can't be told. */
export async function portOwner(port: number): Promise<string | undefined> {
  const pid = process.platform === 'linux' ? await ownerByProc(port) : await ownerByLsof(port)
  if (pid === undefined) return undefined
  const command = process.platform === 'linux' ? await commandByProc(pid) : undefined
  return command ? `${command} (process ${pid})` : `process ${pid}`
}

const LISTENING = '0A'

async function ownerByProc(port: number): Promise<number | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  )
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = tables.flatMap(table =>
    table.split('\n').flatMap(line => {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      return local?.endsWith(`:${wanted}`) && state === LISTENING && inode ? [`socket:[${inode}]`] : []
    }),
  )
  if (inodes.length === 0) return undefined
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  for (const pid of pids) if (await holds(pid, inodes)) return Number(pid)
  return undefined
}

async function holds(pid: string, inodes: readonly string[]): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const files = await readdir(folder).catch(() => [])
  const targets = await Promise.all(files.map(file => readlink(`${folder}/${file}`).catch(() => '')))
  return targets.some(target => inodes.includes(target))
}

async function commandByProc(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return line.split('\0').filter(Boolean).join(' ').slice(0, 80)
}

async function ownerByLsof(port: number): Promise<number | undefined> {
  const listing = { file: 'lsof', args: ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'] }
  const { stdout } = await run(listing, { accept: [1] }).catch(() => ({ stdout: '' }))
  const [pid] = stdout.split('\n')
  return pid ? Number(pid) : undefined
}
