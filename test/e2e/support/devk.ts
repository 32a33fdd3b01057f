import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { paths } from '../../../src/base/paths.ts'

export const devkFile = resolve(import.meta.dirname, '../../../bin/devk')

/** What the name of every folder of these tests begins with. */
export const homePrefix = 'devk-e2e-'

export interface Result {
  code: number | null
  stdout: string
  stderr: string
}

/** Throws with all that devk said where it failed. */
export function succeeded(result: Result): Result {
  if (result.code === 0) return result
  throw new Error(`devk ended with ${result.code}:\n${result.stderr}${result.stdout}`)
}

export interface Running {
  child: ChildProcess
  /** Resolves when a line of stderr holds the text. */
  saw: (text: string) => Promise<void>
  /** What it has written to stdout by now. */
  printed: () => string
  ended: Promise<Result>
  /** The process that does the work for this command. */
  worker: () => Promise<number>
}

/** A home of its own, with the machine's tools in it: what a test leaves in its state is nobody else's. */
export interface Home extends AsyncDisposable {
  folder: string
  env: NodeJS.ProcessEnv
  devk: (...args: string[]) => Promise<Result>
  start: (args: string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv }) => Running
}

export async function newHome(env: NodeJS.ProcessEnv = {}): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), homePrefix))
  await mkdir(paths().data, { recursive: true })
  await symlink(paths().data, join(folder, 'data'))
  const all: NodeJS.ProcessEnv = {
    ...process.env,
    DEVK_HOME: folder,
    KUBECONFIG: join(folder, 'kubeconfig'),
    CI: '1',
    ...env,
  }
  const start: Home['start'] = (args, options = {}) =>
    startDevk(args, { cwd: options.cwd ?? folder, env: { ...all, ...options.env } })
  return {
    folder,
    env: all,
    start,
    devk: (...args) => start(args).ended,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

function startDevk(args: string[], { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }): Running {
  const child = spawn(devkFile, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<Result>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...output }))
  })
  return {
    child,
    ended,
    printed: () => output.stdout,
    saw: text =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!output.stderr.includes(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
        void ended.then(() =>
          reject(new Error(`devk ended without "${text}":\n${output.stderr}${output.stdout}`)),
        )
      }),
    worker: async () => {
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      return Number(children.trim().split(' ')[0])
    },
  }
}
