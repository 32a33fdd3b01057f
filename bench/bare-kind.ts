import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { paths } from '../src/base/paths.ts'
import { nodeImage, readMachineImages } from '../src/cluster/images.ts'
import { thawing } from '../src/cluster/thaw.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'
import type { Contender } from './measure.ts'

const NAME = 'bench-bare'

/** What devk is measured beside: kind itself, which waits until its cluster is Ready. */
export async function bareKind(signal: AbortSignal): Promise<Contender> {
  const [kind, images, folder] = await Promise.all([
    findTool('kind'),
    readMachineImages(paths().machine),
    mkdtemp(join(tmpdir(), 'devk-bench-')),
  ])
  process.once('exit', () => void rm(folder, { recursive: true, force: true }))
  const image = nodeImage({ provider: 'kind' }, images)
  const call = async (...args: string[]) => {
    const env = { KUBECONFIG: join(folder, 'kubeconfig') }
    await run({ file: kind, args: [...args, '--name', NAME], env }, { signal })
  }
  const remove = async () => {
    const node = ['inspect', '--format', '{{.Id}}', `${NAME}-control-plane`]
    const { stdout } = await run({ file: 'docker', args: node }, { signal, accept: [1] })
    // kind alone may wait for ever for a node whose pods sit in a frozen cgroup.
    await thawing([stdout.trim()], () => call('delete', 'cluster'))
  }
  return {
    name: 'kind create cluster --wait',
    run: () => call('create', 'cluster', '--wait', '5m', ...(image ? ['--image', image] : [])),
    reset: () => remove().catch(remove),
  }
}
