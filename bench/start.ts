import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '../src/exec/run.ts'
import type { Suite } from './measure.ts'

const root = resolve(import.meta.dirname, '..')

/** What it costs to start devk at all, as it is installed, beside Node that does nothing. */
export async function startBench(signal: AbortSignal): Promise<Suite[]> {
  const call = async (file: string, ...args: string[]) => void (await run({ file, args }, { signal }))
  // The first command builds the bundles where they are not built.
  await call(join(root, 'bin/devk'), '--version')
  const installed = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  for (const folder of ['bin', 'dist'])
    await cp(join(root, folder), join(installed, folder), { recursive: true })
  const devk = join(installed, 'bin/devk')
  return [
    {
      title: 'Starting',
      contenders: [
        { name: 'node -e 0', run: () => call('node', '-e', '0') },
        { name: 'devk --help', run: () => call(devk, '--help') },
        { name: 'devk cluster status', run: () => call(devk, 'cluster', 'status', 'none') },
      ],
      after: () => rm(installed, { recursive: true }),
    },
  ]
}
