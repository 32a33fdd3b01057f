import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { bundles } from '../../../scripts/bundles.ts'

export interface DevkRun {
  code: number
  stdout: string
  stderr: string
}

export interface Devk extends AsyncDisposable {
  run: (args: string[], how: RunOptions) => Promise<DevkRun>
  start: (args: string[], how: RunOptions) => ChildProcess
}

interface RunOptions {
  cwd: string
  env: NodeJS.Dict<string>
  input?: string | Buffer
}

/** The whole of `devk` as it stands in src, with its helper process, bundled as it is installed. */
export async function devkFromSource(): Promise<Devk> {
  const folder = await mkdtemp(join(tmpdir(), 'devk-source-'))
  for (const { input, output } of bundles) {
    await using bundle = await rolldown(input)
    await bundle.write({ ...output, dir: folder })
  }
  const entry = join(folder, 'cli.cjs')
  const start: Devk['start'] = (args, { cwd, env, input }) => {
    const child = spawn(process.execPath, [entry, ...args], { cwd, env })
    child.stdin.end(input ?? '')
    return child
  }
  return {
    start,
    async run(args, how) {
      const child = start(args, how)
      let [stdout, stderr] = ['', '']
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text
      })
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
      })
      const code = await new Promise<number>(done => child.once('close', ended => done(ended ?? -1)))
      return { code, stdout, stderr }
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}
