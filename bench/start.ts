import { resolve } from 'node:path'
import { run } from '../src/exec/run.ts'
import type { Suite } from './measure.ts'

const devk = resolve(import.meta.dirname, '../bin/devk')

/** What it costs to start devk at all, beside Node that does nothing. */
export async function startBench(signal: AbortSignal): Promise<Suite[]> {
  const call = async (file: string, ...args: string[]) => void (await run({ file, args }, { signal }))
  // The first command builds the bundles where they are not built.
  await call(devk, '--version')
  return [
    {
      title: 'Starting',
      contenders: [
        { name: 'node -e 0', run: () => call(process.execPath, '-e', '0') },
        { name: 'devk --help', run: () => call(devk, '--help') },
        { name: 'devk cluster status', run: () => call(devk, 'cluster', 'status', 'none') },
      ],
    },
  ]
}
