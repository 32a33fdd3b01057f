import { run } from '../../../src/exec/run.ts'
import { devkFile } from './devk.ts'
import { sweepEarlierRuns } from './sweep.ts'

export default async function setup(): Promise<void> {
  // Builds the bundles once, so that no test's first command is the one that does.
  await run({ file: devkFile, args: ['--version'] })
  await sweepEarlierRuns()
}
