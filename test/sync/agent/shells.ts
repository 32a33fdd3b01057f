import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type AgentStream, type FileAgent, openAgent } from '../../../src/sync/agent/agent.ts'
import { agentCommand } from '../../../src/sync/agent/agent-script.ts'

export interface Shell {
  name: string
  file: string
  args: string[]
  env: NodeJS.ProcessEnv
}

const tools = mkdtempSync(join(tmpdir(), 'devk-tools-'))
// Other users are to find what is in it.
chmodSync(tools, 0o755)
afterAll(() => rmSync(tools, { recursive: true, force: true }))

/** Those of the nodes, as far as this machine has them. */
export const shells: Shell[] = [
  ...shellOf('dash', 'dash', []),
  ...shellOf('bash', 'bash', ['--posix']),
  ...busybox(),
  ...k3s(),
]

/** A folder that is a container's root, beside a process of that container. */
export interface Container extends AsyncDisposable {
  /** Holds the root and whatever else of the node is at stake. */
  node: string
  root: string
  process: ChildProcess
  agent: FileAgent
  /** Its shell. */
  sh: ChildProcess
}

export async function startContainer(
  shell: Shell,
  { uid, prepare = () => {} }: { uid?: number; prepare?: (root: string) => void } = {},
): Promise<Container> {
  const node = await mkdtemp(join(tmpdir(), 'devk-node-'))
  const root = join(node, 'root')
  mkdirSync(root)
  prepare(root)
  const process = spawn('sleep', ['1000'], { stdio: 'ignore', ...(uid !== undefined && { uid, gid: uid }) })
  const { stream, sh } = runAgent(shell, agentCommand({ at: 'root', pid: process.pid ?? 0, root }))
  const agent = await openAgent(stream, AbortSignal.timeout(10_000))
  return {
    node,
    root,
    process,
    agent,
    sh,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]()
      process.kill('SIGKILL')
      await rm(node, { recursive: true, force: true })
    },
  }
}

export function runAgent(
  { file, args, env }: Shell,
  [, ...words]: string[],
  uid?: number,
): { stream: AgentStream; sh: ChildProcess } {
  const sh = spawn(file, [...args, ...words], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  const ended = new Promise(resolve => sh.once('close', resolve))
  let said = ''
  sh.stderr.on('data', chunk => {
    said += chunk
  })
  const stream: AgentStream = {
    stdin: sh.stdin,
    stdout: sh.stdout,
    said: () => said,
    async [Symbol.asyncDispose]() {
      sh.stdin.end()
      sh.stdout.resume()
      await ended
    },
  }
  return { stream, sh }
}

function shellOf(name: string, file: string, args: string[], env: NodeJS.ProcessEnv = process.env): Shell[] {
  const path = which(file)
  return path ? [{ name, file: path, args, env }] : []
}

/** Nothing but BusyBox is there. */
function busybox(): Shell[] {
  const path = which('busybox')
  if (!path) return []
  const folder = join(tools, 'busybox')
  mkdirSync(folder)
  for (const applet of execFileSync(path, ['--list'], { encoding: 'utf8' }).trim().split('\n'))
    symlinkSync(path, join(folder, applet))
  return [{ name: 'busybox', file: join(folder, 'sh'), args: [], env: { PATH: folder } }]
}

/** The tar of k3s is BusyBox's, which knows neither -m nor -b there; its other tools are GNU's. */
function k3s(): Shell[] {
  const folder = join(tools, 'k3s')
  mkdirSync(folder)
  const tar = join(folder, 'tar')
  const real = which('busybox') ? `${which('busybox')} tar` : which('tar')
  writeFileSync(
    tar,
    `#!/bin/sh\nfor word; do case $word in -m | -b) exit 1 ;; esac; done\nexec ${real} "$@"\n`,
  )
  chmodSync(tar, 0o755)
  return shellOf('dash with the tar of k3s', 'dash', [], {
    ...process.env,
    PATH: `${folder}:${process.env['PATH']}`,
  })
}

function which(file: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', file], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
