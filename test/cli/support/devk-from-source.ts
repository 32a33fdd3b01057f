import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const source = resolve(import.meta.dirname, '../../../src')

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

/** The whole of `devk` as it stands in src, with its helper process. */
export async function devkFromSource(): Promise<Devk> {
  const folder = await mkdtemp(join(tmpdir(), 'devk-source-'))
  const file = (name: string) => JSON.stringify(pathToFileURL(join(source, name)).href)
  await writeFile(join(folder, 'daemon.cjs'), `import(${file('daemon/main.ts')})\n`)
  const entry = join(folder, 'entry.mjs')
  const options = JSON.stringify({ folder })
  await writeFile(
    entry,
    `import { main } from ${file('cli/main.ts')}\nprocess.exitCode = await main(process.argv.slice(2), ${options})\n`,
  )
  const start: Devk['start'] = (args, { cwd, env, input }) => {
    const cached = { NODE_COMPILE_CACHE: join(folder, 'cache'), ...env }
    const child = spawn(process.execPath, [entry, ...args], { cwd, env: cached })
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
