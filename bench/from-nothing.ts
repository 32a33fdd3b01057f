import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { paths } from '../src/base/paths.ts'
import { run } from '../src/exec/run.ts'
import { bareKind } from './bare-kind.ts'
import type { Suite } from './measure.ts'
import { touchServices, writeServices } from './services.ts'

const devkFile = resolve(import.meta.dirname, '../bin/devk')
const COUNT = 3

/** A day's first command on a machine without a cluster, beside the cluster alone. */
export async function fromNothingBench(signal: AbortSignal): Promise<Suite[]> {
  const home = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  const folder = join(home, 'project')
  await symlink(paths().data, join(home, 'data'))
  const devk = async (...args: string[]) =>
    void (await run({ file: devkFile, args, cwd: folder, env: { DEVK_HOME: home, CI: '1' } }, { signal }))
  return [
    {
      title: `${COUNT} services, no cluster, nothing built: to Ready`,
      before: () => writeServices(folder, 'bench-nothing', COUNT),
      contenders: [
        await bareKind(signal),
        {
          name: 'devk up',
          prepare: () => touchServices(folder, COUNT, `nothing ${Date.now()}`),
          run: () => devk('up'),
          reset: () => devk('down', '--yes'),
        },
      ],
      after: () => rm(home, { recursive: true, force: true }),
    },
  ]
}
