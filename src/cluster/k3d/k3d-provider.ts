import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { ephemeralPort } from '../../base/ports.ts'
import { writeFileAtomic } from '../../base/write-file.ts'
import type { DockerConnection } from '../../docker/connect.ts'
import { isStatus } from '../../docker/explain.ts'
import type { Run } from '../../exec/run.ts'
import { findTool } from '../../exec/tools.ts'
import { readAdminConfig } from '../admin-config.ts'
import { runFollowed } from '../follow.ts'
import type { MachineImages } from '../images.ts'
import { clusterContainers, clusterNames, nodeContainers } from '../node-containers.ts'
import { k3dLabels } from '../node-labels.ts'
import type { ClusterProvider } from '../provider.ts'
import { connectRegistry } from '../registry/container.ts'
import { removeContainers } from '../remove-containers.ts'
import { removeNetworkIfUnused } from '../remove-network.ts'
import { stopContainers } from '../start-stop.ts'
import { k3dConfig } from './config.ts'
import { followK3d } from './steps.ts'

export function k3dProvider(
  { docker, host }: DockerConnection,
  run: Run,
  images: MachineImages,
): ClusterProvider {
  const nodes = (name: string) => nodeContainers(docker, k3dLabels, name)
  const containers = (name: string) => clusterContainers(docker, k3dLabels, name)
  const network = (name: string) => `k3d-${name}`
  const env = {
    DOCKER_HOST: host,
    K3D_IMAGE_TOOLS: images.k3dTools,
    K3D_IMAGE_LOADBALANCER: images.k3dProxy,
    NO_COLOR: '1',
  }

  return {
    tools: ['k3d'],
    nodes,
    list: () => clusterNames(docker, k3dLabels),
    // The mirrors stand in registries.yaml, which k3s reads once when it starts; the registry's name is the network's.
    wire: name => connectRegistry(docker, network(name)),

    async create(spec, registry, { steps, signal, image, folder }) {
      const config = join(folder, 'k3d.yaml')
      await mkdir(folder, { recursive: true })
      await writeFileAtomic(config, stringify(k3dConfig(spec, await registry.address, await ephemeralPort())))
      const connect = async () => {
        await registry.running
        await connectRegistry(docker, network(spec.name))
      }
      let wiring: Promise<void> | undefined
      const follow = followK3d(steps, title => {
        if (title !== 'Starting the server') return
        wiring = connect()
        wiring.catch(() => {})
      })
      await runFollowed(
        run,
        {
          file: await findTool('k3d'),
          args: ['cluster', 'create', '--config', config, ...(image ? ['--image', image] : [])],
          env,
        },
        follow,
        signal,
      )
      await (wiring ?? connect())
    },

    async start(name, signal) {
      await run(
        { file: await findTool('k3d'), args: ['cluster', 'start', name, '--timeout', '300s'], env },
        { signal },
      )
    },
    stop: async name => stopContainers(docker, await containers(name)),

    async delete(name, signal) {
      const removed = await removeContainers(docker, await containers(name), signal)
      removed.push(...(await removeNetworkIfUnused(docker, network(name))))
      removed.push(...(await removeVolume(`k3d-${name}-images`)))
      return removed
    },

    async kubeconfig(name) {
      const [all, [first]] = await Promise.all([containers(name), nodes(name)])
      return await readAdminConfig(docker, {
        context: `k3d-${name}`,
        node: first?.role === 'control-plane' ? first.name : undefined,
        path: '/output/kubeconfig.yaml',
        containers: all,
      })
    },
  }

  async function removeVolume(name: string): Promise<string[]> {
    try {
      await docker.getVolume(name).remove()
      return [`volume ${name}`]
    } catch (error) {
      if (isStatus(error, 404)) return []
      throw error
    }
  }
}
