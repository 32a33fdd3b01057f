import type Docker from 'dockerode'
import { DevkError } from '../base/errors.ts'
import { readContainerFile } from '../docker/files.ts'
import { adminKubeconfig } from '../kube/kubeconfig.ts'

/** kind and k3d spell the API's port differently. */
const API = ['6443/tcp', '6443']

/** Reads the admin's kubeconfig out of a node, running or not, for the address at which this machine reaches the API. */
export async function readAdminConfig(
  docker: Docker,
  {
    context,
    node,
    path,
    containers,
  }: {
    context: string
    node: string | undefined
    path: string
    /** Those that may publish the API's port: the nodes, and a load balancer before them. */
    containers: readonly Docker.ContainerInfo[]
  },
): Promise<string> {
  const text = node && (await readContainerFile(docker.getContainer(node), path))
  const server = await apiAddress(docker, containers)
  if (!text || !server) {
    throw new DevkError({
      code: 'KUBECONFIG_MISSING',
      message: `${context} has no kubeconfig yet: its control plane was not made to the end.`,
      hint: 'devk cluster create finishes or replaces a half-created cluster.',
    })
  }
  return adminKubeconfig(text, { context, server })
}

async function apiAddress(
  docker: Docker,
  containers: readonly Docker.ContainerInfo[],
): Promise<string | undefined> {
  const inspected = await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()))
  const bindings = inspected.flatMap(({ HostConfig }) =>
    API.flatMap(port => HostConfig.PortBindings?.[port] ?? []),
  )
  const [first] = bindings.filter(binding => binding?.HostPort)
  if (!first) return undefined
  const address = reachable(first.HostIp || '0.0.0.0')
  return `https://${address}:${first.HostPort}`
}

/** Whoever listens everywhere listens on the loopback. */
function reachable(listening: string): string {
  if (listening === '0.0.0.0') return '127.0.0.1'
  if (listening === '::') return '[::1]'
  return listening.includes(':') ? `[${listening}]` : listening
}
