import { run } from '../../../src/exec/run.ts'
import { devkFile } from './devk.ts'

/** Builds the bundles once, so that no test's first command is the one that does. */
export default async function setup(): Promise<void> {
  await run({ file: devkFile, args: ['--version'] })
}
