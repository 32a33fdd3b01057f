import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { writeFileAtomic } from '../../base/write-file.ts'
import type { DockerConnection } from '../../docker/connect.ts'
import { putFiles } from '../../docker/files.ts'
import type { Run } from '../../exec/run.ts'
import { findTool } from '../../exec/tools.ts'
import { readAdminConfig } from '../admin-config.ts'
import { runFollowed } from '../follow.ts'
import { clusterContainers, clusterNames, nodeContainers } from '../node-containers.ts'
import { KIND_NETWORK, kindLabels } from '../node-labels.ts'
import type { ClusterProvider } from '../provider.ts'
import { connectRegistry } from '../registry/container.ts'
import { CERTS_FOLDER, containerdHosts } from '../registry/containerd-hosts.ts'
import type { Registry } from '../registry/registry.ts'
import { removeContainers } from '../remove-containers.ts'
import { startContainers, stopContainers } from '../start-stop.ts'
import { kindConfig } from './config.ts'
import { byLastAddress } from './start-order.ts'
import { followKind } from './steps.ts'

export function kindProvider({ docker, host }: DockerConnection, run: Run): ClusterProvider {
  const nodes = (name: string) => nodeContainers(docker, kindLabels, name)
  const containers = (name: string) => clusterContainers(docker, kindLabels, name)

  async function wire(name: string, registry: Registry): Promise<void> {
    const files = containerdHosts(registry)
    await Promise.all([
      connectRegistry(docker, KIND_NETWORK),
      ...(await nodes(name)).map(node => putFiles(docker.getContainer(node.name), files)),
    ])
  }

  return {
    tools: ['kind', 'docker'],
    nodes,
    wire,
    list: () => clusterNames(docker, kindLabels),

    async create(spec, registry, { steps, signal, image, folder }) {
      const config = join(folder, 'kind.yaml')
      await mkdir(folder, { recursive: true })
      await writeFileAtomic(config, stringify(kindConfig(spec)))
      // The nodes stand once kind configures them: wiring them then costs no time of its own.
      let wiring: Promise<void> | undefined
      const follow = followKind(steps, title => {
        if (title !== 'Writing configuration') return
        wiring = steps.during('Wiring the registry', async () => wire(spec.name, await registry.running))
        wiring.catch(() => {})
      })
      await runFollowed(
        run,
        {
          file: await findTool('kind'),
          args: [
            ...['create', 'cluster', '--name', spec.name, '--config', config, '--wait', '0s'],
            ...['--kubeconfig', join(folder, 'kind.kubeconfig'), ...(image ? ['--image', image] : [])],
          ],
          env: { DOCKER_HOST: host, KIND_EXPERIMENTAL_PROVIDER: 'docker' },
        },
        follow,
        signal,
      )
      await (wiring ?? wire(spec.name, await registry.running))
    },

    async fetchImage(node, image, signal) {
      const pull = ['ctr', '--namespace', 'k8s.io', 'images', 'pull', '--hosts-dir', CERTS_FOLDER, image]
      // What the node itself starts goes first.
      const args = ['exec', node, 'nice', '-n', '10', ...pull]
      await run({ file: 'docker', args, env: { DOCKER_HOST: host } }, { signal })
    },

    start: async (name, signal) =>
      startContainers(docker, await byLastAddress(docker, await containers(name)), signal),
    stop: async name => stopContainers(docker, await containers(name)),
    // The network is kind's own, for all its clusters: it goes with the last cluster of the machine.
    delete: async (name, signal) => removeContainers(docker, await containers(name), signal),

    async kubeconfig(name) {
      const [all, [first]] = await Promise.all([containers(name), nodes(name)])
      return await readAdminConfig(docker, {
        context: `kind-${name}`,
        node: first?.role === 'control-plane' ? first.name : undefined,
        path: '/etc/kubernetes/admin.conf',
        containers: all,
      })
    },
  }
}
