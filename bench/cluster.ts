import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { paths } from '../src/base/paths.ts'
import { ephemeralPort } from '../src/base/ports.ts'
import { nodeImage, readMachineImages } from '../src/cluster/images.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'
import { bareKind } from './bare-kind.ts'
import type { Suite } from './measure.ts'

const devk = resolve(import.meta.dirname, '../bin/devk')
const [bare, ours] = ['bench-bare', 'bench-devk']

/** Create to Ready: devk, with its registry and all, beside the bare provider that waits for Ready. */
export async function clusterBench(signal: AbortSignal): Promise<Suite[]> {
  const images = await readMachineImages(paths().machine)
  const image = nodeImage({ provider: 'k3d' }, images)
  const folder = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  process.once('exit', () => void rm(folder, { recursive: true, force: true }))
  const kubeconfig = join(folder, 'kubeconfig')
  const call = async (file: string, ...args: string[]) => {
    const env = {
      KUBECONFIG: kubeconfig,
      K3D_IMAGE_TOOLS: images.k3dTools,
      K3D_IMAGE_LOADBALANCER: images.k3dProxy,
    }
    await run({ file, args, env }, { signal })
  }
  const [k3d, kubectl] = await Promise.all([findTool('k3d'), findTool('kubectl')])
  const devkContender = (provider: 'kind' | 'k3d') => ({
    name: 'devk cluster create',
    run: () => call(devk, 'cluster', 'create', ours, '--provider', provider),
    reset: () => call(devk, 'cluster', 'delete', ours),
  })
  return [
    {
      title: 'kind: create to Ready',
      contenders: [await bareKind(signal), devkContender('kind')],
    },
    {
      title: 'k3d: create to Ready',
      contenders: [
        {
          name: 'k3d cluster create, nodes Ready',
          run: async () => {
            const api = `127.0.0.1:${await ephemeralPort()}`
            await call(
              k3d,
              'cluster',
              'create',
              bare,
              '--no-lb',
              '--timeout',
              '5m',
              '--api-port',
              api,
              ...(image ? ['--image', image] : []),
            )
            await call(kubectl, 'wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=5m')
          },
          reset: () => call(k3d, 'cluster', 'delete', bare),
        },
        devkContender('k3d'),
      ],
    },
  ]
}
